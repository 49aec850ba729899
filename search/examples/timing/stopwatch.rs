//! What does a search cost the thread that runs it?

use std::time::Duration;

/// The head of the table whose rows [`time`] prints.
pub(crate) const HEADER: &str = "| search | CPU µs p50 | p99 | mean |\n|---|---|---|---|";

/// Searches that bring the pages in, unmeasured.
const WARM: usize = 200;

/// Prints median, 99th percentile and mean of the CPU time of `run` over `texts`, as a row of a table.
///
/// # Errors
/// Those of `run`.
pub(crate) fn time<E>(
    what: &str,
    texts: &[String],
    run: impl Fn(&str) -> Result<(), E>,
) -> Result<(), E> {
    for text in texts.iter().take(WARM) {
        run(text)?;
    }
    let mut times = Vec::with_capacity(texts.len());
    for text in texts {
        let began = cpu();
        run(text)?;
        times.push(cpu() - began);
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let mean = micros(times.iter().sum()) / times.len() as f64;
    println!(
        "| {what} | {:.1} | {:.1} | {mean:.1} |",
        micros(at(0.5)),
        micros(at(0.99))
    );
    Ok(())
}

/// CPU time of this thread.
pub(crate) fn cpu() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the kernel writes one live timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
