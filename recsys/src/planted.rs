//! A small world whose truth is known: listeners and recordings in clusters, each listener playing
//! a random part of the own cluster and a little noise. Only for tests.

use crate::als::split_mix;
use crate::csr::Csr;

pub(crate) struct Planted {
    pub(crate) interactions: Csr,
    pub(crate) listener_cluster: Vec<usize>,
    pub(crate) item_cluster: Vec<usize>,
}

/// `clusters` clusters of `listeners` listeners and `items` recordings each; every listener plays
/// `plays` of the own cluster and one of any.
pub(crate) fn planted(
    clusters: usize,
    listeners: usize,
    items: usize,
    plays: usize,
    seed: u64,
) -> Planted {
    let mut state = seed;
    let mut below = |bound: usize| {
        state = state.wrapping_add(1);
        (split_mix(state) % bound as u64) as usize
    };
    let mut cells = Vec::new();
    for listener in 0..clusters * listeners {
        let cluster = listener / listeners;
        for _ in 0..plays {
            cells.push((
                listener as u32,
                (cluster * items + below(items)) as u32,
                1.0,
            ));
        }
        cells.push((listener as u32, below(clusters * items) as u32, 0.3));
    }
    Planted {
        interactions: Csr::from_triplets(clusters * listeners, clusters * items, cells),
        listener_cluster: (0..clusters * listeners).map(|l| l / listeners).collect(),
        item_cluster: (0..clusters * items).map(|i| i / items).collect(),
    }
}
