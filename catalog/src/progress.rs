//! How does a job say how far it is, without knowing who listens?

/// What a job reports while it works. The console draws bars or writes log lines; tests are silent.
pub trait Progress: Sync {
    /// A stage begins: `total` units of `unit` ("tracks", "releases") are ahead.
    fn begin(&self, stage: &str, total: u64, unit: &'static str);
    /// `n` more units are done.
    fn advance(&self, n: u64);
    /// How fast it goes and how long it will take, in the stage's own words; a newer one replaces it.
    fn pace(&self, _text: &str) {}
    /// A sentence worth seeing while the stage goes on.
    fn note(&self, text: &str);
    /// The stage is done.
    fn finish(&self);
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _stage: &str, _total: u64, _unit: &'static str) {}
    fn advance(&self, _n: u64) {}
    fn note(&self, _text: &str) {}
    fn finish(&self) {}
}
