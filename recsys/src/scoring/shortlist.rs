//! Which are the best `keep` of a long stream of scores? A buffer of twice the size that is cut at
//! its median when full: cheaper than a heap, and the threshold it gives rejects almost everything
//! with one comparison.

/// A recording and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Higher is better.
    pub score: f32,
    /// Index of the recording.
    pub item: u32,
}

impl Scored {
    /// Best first; ties go to the lower index.
    pub fn order(a: &Self, b: &Self) -> std::cmp::Ordering {
        b.score.total_cmp(&a.score).then(a.item.cmp(&b.item))
    }
}

/// The best of what was offered, offered in rising order of items.
#[derive(Debug)]
pub struct Shortlist {
    held: Vec<Scored>,
    keep: usize,
    threshold: f32,
}

impl Shortlist {
    /// An empty list that takes scores above `floor`.
    pub fn new(keep: usize, floor: f32) -> Self {
        Self {
            held: Vec::new(),
            keep,
            threshold: floor,
        }
    }

    /// Scores up to this cannot enter any more.
    #[inline(always)]
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Takes a score above the threshold. NaN is never above it.
    pub fn offer(&mut self, scored: Scored) {
        if self.keep == 0 || scored.score.is_nan() || scored.score <= self.threshold {
            return;
        }
        self.held.push(scored);
        if self.held.len() >= 2 * self.keep {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.held.len() > self.keep {
            self.held
                .select_nth_unstable_by(self.keep - 1, Scored::order);
            self.held.truncate(self.keep);
        }
        // The worst that is held: a later item of the same score has a higher index and loses.
        self.threshold = self.held[self.keep - 1].score;
    }

    /// Best first, at most `keep`.
    pub fn into_sorted(mut self) -> Vec<Scored> {
        self.held.sort_unstable_by(Scored::order);
        self.held.truncate(self.keep);
        self.held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_keeps_what_sorting_all_would_keep(scores in prop::collection::vec(0u8..20, 0..200), keep in 0usize..20) {
            let all: Vec<Scored> = scores.iter().enumerate()
                .map(|(item, s)| Scored { score: f32::from(*s), item: item as u32 }).collect();
            let mut list = Shortlist::new(keep, f32::NEG_INFINITY);
            for scored in &all {
                list.offer(*scored);
            }
            let mut sorted = all;
            sorted.sort_by(Scored::order);
            sorted.truncate(keep);
            prop_assert_eq!(list.into_sorted(), sorted);
        }
    }

    #[test]
    fn nan_never_enters() {
        let mut list = Shortlist::new(3, f32::NEG_INFINITY);
        list.offer(Scored {
            score: f32::NAN,
            item: 0,
        });
        list.offer(Scored {
            score: 1.0,
            item: 1,
        });
        assert_eq!(list.into_sorted().len(), 1);
    }
}
