//! How does a newer edition take over without a request noticing?
//!
//! A thread of its own reads the pointer, opens and checks what it names (nothing of that on the
//! runtime), and swaps one reference. A request takes the reference once and keeps it. An edition
//! that is bad, or of an older generation than the one that answers, is refused: the old one goes
//! on, and `/readyz` and `/metrics` say so. A rollback is a newer generation that names an older
//! edition, so it is taken.

use crate::live::Live;
use crate::metrics::Metrics;
use arc_swap::ArcSwapOption;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A refused edition is tried again after this many looks at the pointer: a bucket may have been
/// out of reach, and an operator may have repaired it.
const LOOKS_BETWEEN_TRIES: u32 = 30;

/// What the pointer names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The edition.
    pub id: String,
    /// Grows with every publication and rollback.
    pub generation: u64,
}

/// Reads the pointer and opens editions; errors are sentences for the operator.
pub trait Shelf: Send {
    /// What an edition is once opened.
    type Opened: Send + Sync + 'static;

    /// What the pointer names now, if anything.
    ///
    /// # Errors
    /// The pointer cannot be read.
    fn look(&mut self) -> Result<Option<Named>, String>;

    /// Opens, verifies and tries it.
    ///
    /// # Errors
    /// It is not fit to answer.
    fn open(&mut self, named: &Named) -> Result<Self::Opened, String>;
}

/// The edition that answers, and what was refused.
pub struct Editions<T = Live> {
    live: ArcSwapOption<T>,
    report: Mutex<Report>,
    metrics: Arc<Metrics>,
}

/// For `/readyz`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The edition that answers and its generation.
    pub live: Option<(String, u64)>,
    /// The edition refused last and why, until a good one comes.
    pub refused: Option<(String, String)>,
}

impl<T: Send + Sync + 'static> Editions<T> {
    /// None yet.
    pub fn new(metrics: Arc<Metrics>) -> Editions<T> {
        Editions {
            live: ArcSwapOption::empty(),
            report: Mutex::default(),
            metrics,
        }
    }

    /// The edition that answers. Taken once per request.
    pub fn current(&self) -> Option<Arc<T>> {
        self.live.load_full()
    }

    /// What answers and what was refused.
    pub fn report(&self) -> Report {
        self.report
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note(&self, change: impl FnOnce(&mut Report)) {
        change(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The state of one watch: what was refused, and the editions that old requests may still hold.
pub struct Watch<S: Shelf> {
    shelf: S,
    editions: Arc<Editions<S::Opened>>,
    refused: Option<(Named, u32)>,
    /// Unmapped here and not on the thread of the last request that held one.
    retired: Vec<Arc<S::Opened>>,
}

impl<S: Shelf> Watch<S> {
    /// Watches `shelf` for `editions`.
    pub fn new(shelf: S, editions: Arc<Editions<S::Opened>>) -> Watch<S> {
        Watch {
            shelf,
            editions,
            refused: None,
            retired: Vec::new(),
        }
    }

    /// Looks once; takes up what is new and good.
    pub fn look(&mut self) {
        self.retired
            .retain(|edition| Arc::strong_count(edition) > 1);
        let named = match self.shelf.look() {
            Ok(Some(named)) => named,
            Ok(None) => return,
            Err(why) => {
                tracing::warn!(%why, "the pointer to the current edition cannot be read");
                return self
                    .editions
                    .note(|report| report.refused = Some(("CURRENT".into(), why)));
            }
        };
        match self.editions.report().live {
            Some((id, generation)) if generation == named.generation && id == named.id => {
                self.refused = None;
                self.editions.note(|report| report.refused = None);
            }
            Some((_, generation)) if generation >= named.generation => {
                let why = format!(
                    "generation {} is not newer than {generation}, which answers",
                    named.generation
                );
                self.refuse(named, why);
            }
            _ => self.take_up(named),
        }
    }

    fn take_up(&mut self, named: Named) {
        if let Some((refused, looks)) = &mut self.refused
            && *refused == named
            && *looks > 0
        {
            *looks -= 1;
            return;
        }
        let began = Instant::now();
        match self.shelf.open(&named) {
            Ok(opened) => self.swap(named, opened, began.elapsed()),
            Err(why) => self.refuse(named, why),
        }
    }

    fn swap(&mut self, named: Named, opened: S::Opened, took: Duration) {
        let old = self.editions.live.swap(Some(Arc::new(opened)));
        self.retired.extend(old);
        self.refused = None;
        self.editions.metrics.swapped(named.generation, took);
        tracing::info!(edition = %named.id, generation = named.generation, duration_ms = took.as_millis() as u64, "an edition answers");
        self.editions.note(|report| {
            *report = Report {
                live: Some((named.id, named.generation)),
                refused: None,
            };
        });
    }

    fn refuse(&mut self, named: Named, why: String) {
        let known = self
            .refused
            .as_ref()
            .is_some_and(|(refused, _)| *refused == named);
        if !known {
            tracing::error!(edition = %named.id, generation = named.generation, %why, "an edition is refused, the one before goes on");
            self.editions.metrics.edition_refused();
        }
        self.editions
            .note(|report| report.refused = Some((named.id.clone(), why)));
        self.refused = Some((named, LOOKS_BETWEEN_TRIES));
    }
}

/// A running watch; ends when dropped.
pub struct Watching {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watching {
    /// Looks every `interval` on a thread of its own. The first look has been made by the caller.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start<S: Shelf + 'static>(
        mut watch: Watch<S>,
        interval: Duration,
    ) -> std::io::Result<Watching> {
        let (stop, stopped): (Sender<()>, Receiver<()>) = channel();
        let thread = std::thread::Builder::new()
            .name("editions".into())
            .spawn(move || {
                while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                    watch.look();
                }
            })?;
        Ok(Watching {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// Editions that are numbers, a pointer that the test moves.
    #[derive(Default, Clone)]
    struct Drawer(Arc<Mutex<Contents>>);

    #[derive(Default)]
    struct Contents {
        named: Option<Named>,
        good: HashMap<String, u32>,
        opened: usize,
    }

    impl Drawer {
        fn name(&self, id: &str, generation: u64) {
            self.0.lock().unwrap().named = Some(Named {
                id: id.into(),
                generation,
            });
        }
        fn good(&self, id: &str, content: u32) {
            self.0.lock().unwrap().good.insert(id.into(), content);
        }
    }

    impl Shelf for Drawer {
        type Opened = u32;
        fn look(&mut self) -> Result<Option<Named>, String> {
            Ok(self.0.lock().unwrap().named.clone())
        }
        fn open(&mut self, named: &Named) -> Result<u32, String> {
            let mut contents = self.0.lock().unwrap();
            contents.opened += 1;
            contents
                .good
                .get(&named.id)
                .copied()
                .ok_or_else(|| "checksum differs".to_owned())
        }
    }

    fn set_up() -> (Drawer, Watch<Drawer>, Arc<Editions<u32>>, Arc<Metrics>) {
        let metrics = Arc::new(Metrics::new(&[]));
        let editions = Arc::new(Editions::new(Arc::clone(&metrics)));
        let drawer = Drawer::default();
        (
            drawer.clone(),
            Watch::new(drawer, Arc::clone(&editions)),
            editions,
            metrics,
        )
    }

    #[test]
    fn a_newer_edition_takes_over_and_a_request_keeps_the_one_it_has() {
        let (drawer, mut watch, editions, metrics) = set_up();
        watch.look();
        assert!(editions.current().is_none());
        drawer.good("a", 1);
        drawer.good("b", 2);
        drawer.name("a", 1);
        watch.look();
        let held = editions.current().unwrap();
        drawer.name("b", 2);
        watch.look();
        assert_eq!((*held, *editions.current().unwrap()), (1, 2));
        assert!(metrics.text().contains("backline_edition_generation 2\n"));
        assert!(metrics.text().contains("backline_edition_swaps_total 2\n"));
        assert_eq!(watch.retired.len(), 1);
        drop(held);
        watch.look();
        assert!(watch.retired.is_empty());
    }

    #[test]
    fn a_bad_edition_is_refused_and_named_and_the_old_one_goes_on() {
        let (drawer, mut watch, editions, metrics) = set_up();
        drawer.good("a", 1);
        drawer.name("a", 1);
        watch.look();
        drawer.name("bad", 2);
        watch.look();
        watch.look();
        assert_eq!(*editions.current().unwrap(), 1);
        let report = editions.report();
        assert_eq!(report.live, Some(("a".into(), 1)));
        assert_eq!(
            report.refused,
            Some(("bad".into(), "checksum differs".into()))
        );
        assert!(
            metrics
                .text()
                .contains("backline_edition_refused_total 1\n")
        );
        assert_eq!(
            drawer.0.lock().unwrap().opened,
            2,
            "not opened again at every look"
        );
    }

    #[test]
    fn a_refused_edition_is_tried_again_after_a_while() {
        let (drawer, mut watch, editions, _) = set_up();
        drawer.name("late", 1);
        watch.look();
        drawer.good("late", 7);
        for _ in 0..=LOOKS_BETWEEN_TRIES {
            watch.look();
        }
        assert_eq!(editions.current().as_deref(), Some(&7));
        assert_eq!(editions.report().refused, None);
    }

    #[test]
    fn an_older_generation_is_refused_and_a_rollback_is_not() {
        let (drawer, mut watch, editions, _) = set_up();
        drawer.good("a", 1);
        drawer.good("b", 2);
        drawer.name("b", 5);
        watch.look();
        drawer.name("a", 4);
        watch.look();
        assert_eq!(*editions.current().unwrap(), 2);
        assert!(
            editions
                .report()
                .refused
                .unwrap()
                .1
                .contains("generation 4")
        );
        drawer.name("a", 6);
        watch.look();
        assert_eq!(*editions.current().unwrap(), 1);
    }
}
