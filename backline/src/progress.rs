//! How does a person see how far a job is? A bar on a terminal, a line now and then in a log.

use crate::cli::Arguments;
use catalog::progress::{Progress, Silent};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Between two lines in a log.
const LINE_EVERY: Duration = Duration::from_secs(15);

/// What fits the place that stderr goes to.
pub(crate) fn for_terminal(arguments: &Arguments) -> Box<dyn Progress> {
    match (
        arguments.quiet,
        std::io::stderr().is_terminal() && !arguments.json,
    ) {
        (true, _) => Box::new(Silent),
        (false, true) => Box::<Bars>::default(),
        (false, false) => Box::<Lines>::default(),
    }
}

/// One bar, for the stage that is going on; a line for each stage that is done.
#[derive(Default)]
struct Bars {
    stage: Mutex<Option<(String, ProgressBar)>>,
}

impl Bars {
    fn with<T>(&self, work: impl FnOnce(&mut Option<(String, ProgressBar)>) -> T) -> T {
        work(&mut self.stage.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Progress for Bars {
    fn begin(&self, stage: &str, total: u64, unit: &'static str) {
        let template = format!(
            "{{prefix:>24.bold}} {{bar:32.cyan/dim}} {{pos:>6}}/{{len}} {unit}  {{elapsed}} · {{eta}} left  {{wide_msg:.dim}}"
        );
        let style = ProgressStyle::with_template(&template)
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(total)
            .with_style(style.progress_chars("━╸─"))
            .with_prefix(stage.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        self.with(|current| *current = Some((stage.to_owned(), bar)));
    }

    fn advance(&self, n: u64) {
        self.with(|current| current.iter().for_each(|(_, bar)| bar.inc(n)));
    }

    fn pace(&self, text: &str) {
        self.with(|current| {
            current
                .iter()
                .for_each(|(_, bar)| bar.set_message(text.to_owned()))
        });
    }

    fn note(&self, text: &str) {
        self.with(|current| match current {
            Some((_, bar)) => bar.set_message(text.to_owned()),
            None => eprintln!("{text}"),
        });
    }

    fn finish(&self) {
        self.with(|current| {
            if let Some((stage, bar)) = current.take() {
                let (done, elapsed) = (bar.position(), bar.elapsed());
                bar.finish_and_clear();
                if elapsed > Duration::from_secs(1) {
                    eprintln!("{stage:>24} {done} done in {:.1} s", elapsed.as_secs_f64());
                }
            }
        });
    }
}

/// The stage that log lines are about.
struct Stage {
    name: String,
    unit: &'static str,
    total: u64,
    began: Instant,
    last_line: Instant,
}

/// Log lines: at the beginning, at the end, and every [`LINE_EVERY`] between.
#[derive(Default)]
struct Lines {
    stage: Mutex<Option<Stage>>,
    done: AtomicU64,
    pace: Mutex<String>,
}

impl Lines {
    fn stage(&self) -> MutexGuard<'_, Option<Stage>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Lines {
    fn begin(&self, stage: &str, total: u64, unit: &'static str) {
        tracing::info!(stage, total, unit, "begin {stage}: {total} {unit}");
        self.done.store(0, Ordering::Relaxed);
        self.pace
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        let (name, now) = (stage.to_owned(), Instant::now());
        *self.stage() = Some(Stage {
            name,
            unit,
            total,
            began: now,
            last_line: now,
        });
    }

    fn advance(&self, n: u64) {
        let done = self.done.fetch_add(n, Ordering::Relaxed) + n;
        if let Some(Stage {
            name,
            unit,
            total,
            last_line,
            ..
        }) = self.stage().as_mut()
            && last_line.elapsed() > LINE_EVERY
        {
            *last_line = Instant::now();
            let pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
            tracing::info!(
                stage = name,
                done,
                total,
                unit,
                pace = pace.as_str(),
                "{name}: {done} of {total} {unit}"
            );
        }
    }

    fn pace(&self, text: &str) {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner) = text.to_owned();
    }

    fn note(&self, text: &str) {
        tracing::info!("{text}");
    }

    fn finish(&self) {
        let Some(Stage {
            name, unit, began, ..
        }) = self.stage().take()
        else {
            return;
        };
        let done = self.done.load(Ordering::Relaxed);
        let duration_ms = began.elapsed().as_millis() as u64;
        let seconds = duration_ms as f64 / 1e3;
        tracing::info!(
            stage = name,
            done,
            unit,
            duration_ms,
            "done {name}: {done} {unit} in {seconds:.1} s"
        );
    }
}
