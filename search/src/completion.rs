//! Which keys that begin like this have the smallest values?
//!
//! An fst pushes the smallest value of all keys below a transition onto the path to it, so the
//! sum along a path is an exact lower bound of what lies beyond (the min-plus semiring; Mehryar
//! Mohri, "Finite-State Transducers in Language and Speech Processing", 1997). A best-first walk
//! therefore meets keys in order of value and never reads more than it has to: one letter over
//! a million names costs as little as ten letters.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use fst::raw::{CompiledAddr, Fst};

/// Nodes one walk may open: a bound on work that no ordinary walk comes near.
const MAX_OPENED: usize = 20_000;

/// A walk over the keys of an fst that begin with one of some prefixes, smallest value first.
pub(crate) struct Completions<'f, D> {
    fst: &'f Fst<D>,
    /// (smallest value beyond, key complete, step).
    frontier: BinaryHeap<Reverse<(u64, bool, usize)>>,
    steps: Vec<Step>,
    opened: usize,
}

/// One byte of a key, with the way to it.
struct Step {
    before: Option<usize>,
    byte: u8,
    addr: CompiledAddr,
}

impl<'f, D: AsRef<[u8]>> Completions<'f, D> {
    pub(crate) fn new<'p>(
        fst: &'f Fst<D>,
        prefixes: impl IntoIterator<Item = &'p [u8]>,
    ) -> Completions<'f, D> {
        let mut walk = Completions {
            fst,
            frontier: BinaryHeap::new(),
            steps: Vec::new(),
            opened: 0,
        };
        for prefix in prefixes {
            walk.start(prefix);
        }
        walk
    }

    fn start(&mut self, prefix: &[u8]) {
        let (mut addr, mut value, mut before) = (self.fst.root().addr(), 0u64, None);
        for &byte in prefix {
            let node = self.fst.node(addr);
            let Some(at) = node.find_input(byte) else {
                return;
            };
            let transition = node.transition(at);
            addr = transition.addr;
            value = value.saturating_add(transition.out.value());
            self.steps.push(Step { before, byte, addr });
            before = Some(self.steps.len() - 1);
        }
        if let Some(step) = before {
            self.frontier.push(Reverse((value, false, step)));
        }
    }

    /// Follows the bound down to the key that attains it, leaving every side way at the frontier.
    ///
    /// The smallest value below a node is the bound at the node itself, so this way never has to
    /// go through the frontier. None if the walk has opened all it may, or if the fst is damaged and
    /// no key attains the bound.
    fn descend(&mut self, mut step: usize, bound: u64) -> Option<usize> {
        loop {
            self.opened += 1;
            if self.opened > MAX_OPENED {
                return None;
            }
            let node = self.fst.node(self.steps[step].addr);
            let mut next = None;
            if node.is_final() {
                let value = bound.saturating_add(node.final_output().value());
                if value == bound {
                    next = Some((step, true));
                } else {
                    self.frontier.push(Reverse((value, true, step)));
                }
            }
            for transition in node.transitions() {
                self.steps.push(Step {
                    before: Some(step),
                    byte: transition.inp,
                    addr: transition.addr,
                });
                let beyond = self.steps.len() - 1;
                let value = bound.saturating_add(transition.out.value());
                if value == bound && next.is_none() {
                    next = Some((beyond, false));
                } else {
                    self.frontier.push(Reverse((value, false, beyond)));
                }
            }
            match next? {
                (key, true) => return Some(key),
                (beyond, false) => step = beyond,
            }
        }
    }

    fn key(&self, step: usize) -> Vec<u8> {
        let way = std::iter::successors(Some(step), |&step| self.steps[step].before);
        let mut key: Vec<u8> = way.map(|step| self.steps[step].byte).collect();
        key.reverse();
        key
    }
}

impl<'f, D: AsRef<[u8]>> Completions<'f, D> {
    /// The values alone, smallest first: no key is put together.
    pub(crate) fn values(mut self) -> impl Iterator<Item = u64> + use<'f, D> {
        std::iter::from_fn(move || self.advance().map(|(_, value)| value))
    }

    fn advance(&mut self) -> Option<(usize, u64)> {
        while self.opened <= MAX_OPENED {
            let Reverse((value, complete, step)) = self.frontier.pop()?;
            if complete {
                return Some((step, value));
            }
            if let Some(key) = self.descend(step, value) {
                return Some((key, value));
            }
        }
        None
    }
}

impl<D: AsRef<[u8]>> Iterator for Completions<'_, D> {
    type Item = (Vec<u8>, u64);

    fn next(&mut self) -> Option<(Vec<u8>, u64)> {
        self.advance().map(|(step, value)| (self.key(step), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn keys_come_by_value_as_if_all_were_sorted(
            keys in proptest::collection::btree_map("[a-c]{1,5}", 0u64..50, 1..60),
            prefix in "[a-c]{1,2}",
        ) {
            let keys: BTreeMap<String, u64> = keys;
            let fst = Fst::from_iter_map(keys.iter().map(|(key, value)| (key, *value))).unwrap();
            let walked: Vec<_> = Completions::new(&fst, [prefix.as_bytes()])
                .map(|(key, value)| (value, String::from_utf8(key).unwrap()))
                .collect();
            prop_assert!(walked.is_sorted_by_key(|(value, _)| *value));
            let mut walked = walked;
            walked.sort();
            let mut expected: Vec<_> = keys
                .into_iter()
                .filter(|(key, _)| key.starts_with(&prefix))
                .map(|(key, value)| (value, key))
                .collect();
            expected.sort();
            prop_assert_eq!(walked, expected);
        }
    }
}
