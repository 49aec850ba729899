//! Which recordings do the same people play, if a listener of few says more and the tenth play of one adds little?
//!
//! BM25 (Robertson, Walker, Jones, Hancock-Beaulieu and Gatford, "Okapi at TREC-3", 1994) with a recording as the
//! document and its listeners as the words: a listener who plays everything is a common word, a recording that
//! everybody plays a long document. Two recordings are as near as the inner product of their weights; unlike the cosine,
//! that grows with how much is known of both.

use catalog::progress::Progress;
use serde::{Deserialize, Serialize};

use crate::csr::Csr;
use crate::item_item::{Norms, joined, weighted};

/// What the model needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bm25Config {
    /// Neighbours kept per recording.
    pub neighbours: usize,
    /// k₁: how soon strength saturates; 0 counts only whether it was played.
    pub saturation: f32,
    /// b: how much being played by many counts against a recording, 0 to 1.
    pub length_share: f32,
    /// Entries of one listener that count, strongest first.
    pub max_row: usize,
}

/// Neighbour lists: row i holds the recordings most similar to i.
pub fn neighbours(interactions: &Csr, config: &Bm25Config, progress: &dyn Progress) -> Csr {
    let plays = weighted(interactions, 0.0, 1.0, config.max_row);
    let lengths: Vec<f32> = {
        let by_item = plays.transposed();
        let length = |item: usize| by_item.row(item).values.iter().sum::<f32>();
        (0..plays.columns()).map(length).collect()
    };
    let played = lengths.iter().filter(|&&length| length > 0.0).count();
    let mean = lengths.iter().sum::<f32>() / played.max(1) as f32;
    let mut words = Csr::growing(plays.columns());
    for listener in 0..plays.rows() {
        let row = plays.row(listener);
        let known = row.indices.len() as f32;
        let rare = (1.0 + (played as f32 - known + 0.5) / (known + 0.5)).ln();
        for (item, strength) in row.iter() {
            let long =
                1.0 - config.length_share + config.length_share * lengths[item as usize] / mean;
            let k = config.saturation;
            words.push(item, rare * strength * (k + 1.0) / (k * long + strength));
        }
        words.end_row();
    }
    joined(&words, Norms::None, config.neighbours, progress)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::planted;
    use catalog::progress::Silent;

    const CONFIG: Bm25Config = Bm25Config {
        neighbours: 10,
        saturation: 1.2,
        length_share: 0.75,
        max_row: 1000,
    };

    #[test]
    fn the_weight_is_that_of_the_formula() {
        let cells = vec![(0, 0, 2.0), (0, 1, 1.0), (1, 1, 3.0), (2, 2, 1.0)];
        let near = neighbours(&Csr::from_triplets(3, 3, cells), &CONFIG, &Silent);
        // Three recordings of lengths 2, 4 and 1; the first listener knows two of them.
        let rare = (1.0f32 + 1.5 / 2.5).ln();
        let weight = |strength: f32, length: f32| {
            rare * strength * 2.2 / (1.2 * (0.25 + 0.75 * length / (7.0 / 3.0)) + strength)
        };
        let expected = weight(2.0, 2.0) * weight(1.0, 4.0);
        assert!((near.row(0).get(1).unwrap() - expected).abs() < 1e-5);
        assert_eq!(near.row(0).get(2), None, "nobody played both");
    }

    #[test]
    fn neighbours_come_from_the_planted_cluster() {
        let world = planted(4, 60, 20, 10, 5);
        let near = neighbours(&world.interactions, &CONFIG, &Silent);
        for item in 0..near.rows() {
            let own = |e: &u32| world.item_cluster[*e as usize] == world.item_cluster[item];
            let same = near.row(item).indices.iter().filter(|e| own(e)).count();
            assert!(same >= 8, "item {item}: {same}");
        }
    }
}
