//! Where in an ERN message does a byte stand, as a person would say it?
//!
//! A second pass over the message, made only when there are findings, so that the pass which reads
//! (and which most messages need alone) keeps nothing but offsets. An index stands in the XPath only where
//! an element has siblings of its name: `/ern:NewReleaseMessage/ResourceList/SoundRecording[2]/Duration`.

use crate::finding::At;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use std::collections::{BTreeMap, HashMap};

/// The XPath of the element that starts at, or is the innermost one around, each offset.
pub fn xpaths(message: &str, offsets: &[At]) -> BTreeMap<At, String> {
    let mut wanted: Vec<At> = offsets.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut walk = Walk::default();
    let mut reader = Reader::from_str(message);
    reader.config_mut().expand_empty_elements = true;
    let mut next = 0;
    while next < wanted.len() || !walk.open.is_empty() {
        let at = u32::try_from(reader.buffer_position()).unwrap_or(u32::MAX);
        let event = reader.read_event();
        let entering = matches!(event, Ok(Event::Start(_)));
        // Offsets before this event belong to the element that is open now.
        while next < wanted.len() && (wanted[next].0 < at || (wanted[next].0 == at && !entering)) {
            walk.take(wanted[next]);
            next += 1;
        }
        match event {
            Ok(Event::Start(tag)) => walk.enter(tag.name().0),
            Ok(Event::End(_)) => walk.leave(),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    for at in &wanted[next..] {
        walk.take(*at);
    }
    walk.found
        .into_iter()
        .map(|(at, steps)| {
            (
                at,
                steps.iter().fold(String::new(), |path, id| {
                    path + "/" + &walk.steps[*id].text()
                }),
            )
        })
        .collect()
}

/// An element on the way; one entry serves all findings below it.
struct Step {
    name: String,
    index: u32,
    alone: bool,
}

impl Step {
    fn text(&self) -> String {
        match self.alone {
            true => self.name.clone(),
            false => format!("{}[{}]", self.name, self.index),
        }
    }
}

#[derive(Default)]
struct Walk {
    /// Open elements: name, index among siblings of that name, its children's counts, its step if kept.
    open: Vec<Frame>,
    steps: Vec<Step>,
    found: BTreeMap<At, Vec<usize>>,
    roots: u32,
}

struct Frame {
    name: String,
    index: u32,
    children: HashMap<String, u32>,
    step: Option<usize>,
    /// Steps kept among the children: their `alone` is known when this element ends.
    kept: Vec<usize>,
}

impl Walk {
    fn enter(&mut self, name: &str) {
        let index = match self.open.last_mut() {
            Some(parent) => {
                let count = parent.children.entry(name.to_owned()).or_insert(0);
                *count += 1;
                *count
            }
            None => {
                self.roots += 1;
                self.roots
            }
        };
        self.open.push(Frame {
            name: name.to_owned(),
            index,
            children: HashMap::new(),
            step: None,
            kept: Vec::new(),
        });
    }

    fn leave(&mut self) {
        let Some(frame) = self.open.pop() else { return };
        for id in frame.kept {
            let step = &mut self.steps[id];
            step.alone = frame.children.get(&step.name) == Some(&1);
        }
    }

    fn take(&mut self, at: At) {
        let mut path = Vec::with_capacity(self.open.len());
        for depth in 0..self.open.len() {
            let id = match self.open[depth].step {
                Some(id) => id,
                None => {
                    let (name, index) = (self.open[depth].name.clone(), self.open[depth].index);
                    // A message that breaks off keeps the index: nobody knows what would follow.
                    self.steps.push(Step {
                        name,
                        index,
                        alone: depth == 0,
                    });
                    let id = self.steps.len() - 1;
                    self.open[depth].step = Some(id);
                    if depth > 0 {
                        self.open[depth - 1].kept.push(id);
                    }
                    id
                }
            };
            path.push(id);
        }
        self.found.insert(at, path);
    }
}

/// Line and column (in characters), both from one, of each offset.
pub fn lines(message: &str, offsets: &[At]) -> BTreeMap<At, (u32, u32)> {
    let mut wanted: Vec<At> = offsets.to_vec();
    wanted.sort_unstable();
    let bytes = message.as_bytes();
    let (mut line, mut start, mut scanned) = (1_u32, 0_usize, 0_usize);
    let mut found = BTreeMap::new();
    for at in wanted {
        let end = (at.0 as usize).min(bytes.len());
        while scanned < end {
            if bytes[scanned] == b'\n' {
                line += 1;
                start = scanned + 1;
            }
            scanned += 1;
        }
        let column = bytes[start..end]
            .iter()
            .filter(|byte| (**byte & 0xC0) != 0x80)
            .count();
        found.insert(at, (line, column as u32 + 1));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str =
        "<e:M>\n <L>\n  <S><D>1</D></S>\n  <S><D>2</D><D>é3</D></S>\n </L>\n</e:M>";

    fn check(needle: &str, path: &str, line: u32, column: u32) {
        let at = At(MESSAGE.find(needle).unwrap() as u32);
        assert_eq!(xpaths(MESSAGE, &[at])[&at], path);
        assert_eq!(lines(MESSAGE, &[at])[&at], (line, column));
    }

    #[test]
    fn an_index_stands_only_where_there_are_siblings() {
        check("<D>1", "/e:M/L/S[1]/D", 3, 6);
        check("<D>é3", "/e:M/L/S[2]/D[2]", 4, 14);
        check("<L>", "/e:M/L", 2, 2);
    }

    #[test]
    fn many_offsets_share_one_pass() {
        let all: Vec<At> = MESSAGE
            .match_indices('<')
            .map(|(at, _)| At(at as u32))
            .collect();
        assert_eq!(xpaths(MESSAGE, &all).len(), all.len());
    }

    #[test]
    fn a_broken_message_still_has_places() {
        let broken = "<a><b><c>";
        assert_eq!(xpaths(broken, &[At(6)])[&At(6)], "/a/b[1]/c[1]");
    }
}
