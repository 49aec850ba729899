//! How do the recordings' vectors lie in memory while everybody is scored? In panels of 16
//! recordings, transposed: value k of all 16 side by side, so that one broadcast value of a
//! listener meets 16 recordings and no sum is ever added across lanes.

use crate::als::Factors;
use crate::kernel::{LANES, Line, lines};

/// Packed vectors and biases; the last panel is filled up with zeros.
#[derive(Debug, Clone)]
pub struct Panels {
    lines: Vec<Line>,
    bias: Vec<f32>,
    depth: usize,
    items: usize,
}

impl Panels {
    /// Packs all vectors of `items`; `bias` has one value per item.
    ///
    /// # Panics
    /// If `bias` is shorter than there are items.
    pub fn new(items: &Factors, bias: &[f32]) -> Self {
        Self::joined(&[items], bias)
    }

    /// Several vectors per recording, one after the other.
    ///
    /// # Panics
    /// If they are not of the same recordings.
    pub fn joined(parts: &[&Factors], bias: &[f32]) -> Self {
        let depth = parts.iter().map(|part| part.width()).sum();
        let items = parts.first().map_or(0, |part| part.rows());
        assert!(parts.iter().all(|part| part.rows() == items));
        let mut lines = lines(items.div_ceil(LANES) * depth);
        let data: &mut [f32] = bytemuck::cast_slice_mut(&mut lines);
        for item in 0..items {
            let panel = &mut data[item / LANES * depth * LANES..][..depth * LANES];
            let values = parts.iter().flat_map(|part| part.row(item));
            for (k, value) in values.enumerate() {
                panel[k * LANES + item % LANES] = *value;
            }
        }
        Self::with(lines, bias, depth, items)
    }

    /// Recordings without vectors: only biases and extras score.
    pub fn without_vectors(bias: &[f32]) -> Self {
        Self::with(Vec::new(), bias, 0, bias.len())
    }

    fn with(lines: Vec<Line>, bias: &[f32], depth: usize, items: usize) -> Self {
        let mut padded = bias[..items].to_vec();
        padded.resize(items.div_ceil(LANES) * LANES, 0.0);
        Self {
            lines,
            bias: padded,
            depth,
            items,
        }
    }

    /// Number of recordings.
    pub fn items(&self) -> usize {
        self.items
    }

    /// Length of the vectors, padding included.
    pub fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn count(&self) -> usize {
        self.bias.len() / LANES
    }

    pub(super) fn panel_bytes(&self) -> usize {
        (self.depth + 1) * LANES * size_of::<f32>()
    }

    #[inline(always)]
    pub(super) fn panel(&self, panel: usize) -> &[f32] {
        bytemuck::cast_slice(&self.lines[panel * self.depth..(panel + 1) * self.depth])
    }

    #[inline(always)]
    pub(super) fn bias(&self, panel: usize) -> &[f32; LANES] {
        self.bias[panel * LANES..]
            .first_chunk()
            .expect("padded to whole panels")
    }
}
