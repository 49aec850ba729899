//! How do we multiply many short vectors quickly, with the same bits on every machine?
//!
//! Each kernel is written once over groups of [`LANES`] values and fused multiply-adds, and
//! compiled three times: for AVX-512, for AVX2 with FMA, and for whatever the target has (NEON on
//! aarch64). The order of additions stands in the source, not in the instruction set, and a fused
//! multiply-add rounds once everywhere, so the widths differ in speed only. A machine without FMA
//! computes it in software: the same bits, slowly.

mod group;

#[cfg(target_arch = "x86_64")]
pub(crate) use group::{Avx2, Avx512};
pub(crate) use group::{Group, Portable};

/// Values per group; every factor row is padded with zeros to a multiple of it.
pub const LANES: usize = 16;

/// Rows that one [`tile`] works on at once: 8 × 16 sums stay in registers.
pub(crate) const TILE_ROWS: usize = 8;

/// One group of values on a cache line of its own: a vector that begins elsewhere would lie on one line
/// more than it needs, and each load of a group on two.
#[derive(Debug, Clone, Copy, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
pub(crate) struct Line([f32; LANES]);

/// So many lines of zeros, in large pages where the system has them: rows are read in no order, and with
/// pages of 4 KB nearly every row would cost a walk through the page tables.
#[cfg(feature = "job")]
pub(crate) fn lines(count: usize) -> Vec<Line> {
    let mut lines = Vec::with_capacity(count);
    #[cfg(target_os = "linux")]
    {
        /// Below this there is nothing to win.
        const WORTH: usize = 4 << 20;
        const PAGE: usize = 4096;
        let room = lines.spare_capacity_mut();
        let (start, bytes) = (room.as_mut_ptr() as usize, size_of_val(room));
        let from = start.next_multiple_of(PAGE);
        if bytes >= WORTH {
            // SAFETY: the span lies within what was just allocated, and the advice changes no byte of it.
            unsafe { libc::madvise(from as *mut _, start + bytes - from, libc::MADV_HUGEPAGE) };
        }
    }
    lines.resize(count, Line([0.0; LANES]));
    lines
}

/// `count` rounded up to a multiple of [`LANES`].
pub fn padded(count: usize) -> usize {
    count.div_ceil(LANES) * LANES
}

/// Defines `$name` as `$body` (a generic `#[inline(always)]` function over a [`Group`]) compiled
/// for each instruction set and chosen at run time.
macro_rules! vectorised {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)?, by $body:ident) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments)]
        $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
                #[allow(clippy::too_many_arguments)]
                fn wide($($arg: $ty),*) $(-> $ret)? { $body::<$crate::kernel::Avx512>($($arg),*) }
                #[target_feature(enable = "avx2,fma")]
                #[allow(clippy::too_many_arguments)]
                fn half($($arg: $ty),*) $(-> $ret)? { $body::<$crate::kernel::Avx2>($($arg),*) }
                match $crate::kernel::instruction_set() {
                    // SAFETY: the processor was asked for every feature that is enabled above.
                    $crate::kernel::InstructionSet::Avx512 => return unsafe { wide($($arg),*) },
                    // SAFETY: as above.
                    $crate::kernel::InstructionSet::Avx2 => return unsafe { half($($arg),*) },
                    $crate::kernel::InstructionSet::Portable => {}
                }
            }
            $body::<$crate::kernel::Portable>($($arg),*)
        }
    };
}
#[cfg(feature = "job")]
pub(crate) use vectorised;

/// What the kernels run on here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstructionSet {
    /// 16 values at once.
    Avx512,
    /// 8 values at once.
    Avx2,
    /// What the build target guarantees.
    Portable,
}

/// The widest set that this processor has. The standard library caches the answer.
pub fn instruction_set() -> InstructionSet {
    #[cfg(target_arch = "x86_64")]
    {
        let half = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let wide = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq");
        match (half, wide) {
            (true, true) => InstructionSet::Avx512,
            (true, false) => InstructionSet::Avx2,
            _ => InstructionSet::Portable,
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    InstructionSet::Portable
}

/// The groups of a padded row.
#[inline(always)]
pub(crate) fn groups(row: &[f32]) -> &[[f32; LANES]] {
    row.as_chunks().0
}

/// The groups of a padded row, to be changed.
#[inline(always)]
pub(crate) fn groups_mut(row: &mut [f32]) -> &mut [[f32; LANES]] {
    row.as_chunks_mut().0
}

/// Inner product of two padded rows of one length. Two chains of sums: one alone would wait for
/// its own additions.
#[inline(always)]
pub(crate) fn dot_in<G: Group>(a: &[f32], b: &[f32]) -> f32 {
    let (mut even, mut odd) = (G::splat(0.0), G::splat(0.0));
    let (a_pairs, a_rest) = groups(a).as_chunks::<2>();
    let (b_pairs, b_rest) = groups(b).as_chunks::<2>();
    for (x, y) in a_pairs.iter().zip(b_pairs) {
        even = G::load(&x[0]).mul_add(G::load(&y[0]), even);
        odd = G::load(&x[1]).mul_add(G::load(&y[1]), odd);
    }
    for (x, y) in a_rest.iter().zip(b_rest) {
        even = G::load(x).mul_add(G::load(y), even);
    }
    even.add(odd).sum()
}

/// `y += a · x` for padded rows of one length.
#[inline(always)]
pub(crate) fn axpy_in<G: Group>(a: f32, x: &[f32], y: &mut [f32]) {
    let a = G::splat(a);
    for (x, y) in groups(x).iter().zip(groups_mut(y)) {
        a.mul_add(G::load(x), G::load(y)).store(y);
    }
}

/// `y = a · y + x` for padded rows of one length.
#[inline(always)]
pub(crate) fn scale_add_in<G: Group>(a: f32, x: &[f32], y: &mut [f32]) {
    let a = G::splat(a);
    for (x, y) in groups(x).iter().zip(groups_mut(y)) {
        a.mul_add(G::load(y), G::load(x)).store(y);
    }
}

/// Eight padded rows side by side: `[k][8]`, as [`tile`] reads its left side.
#[inline(always)]
pub(crate) fn interleave(rows: &[f32], out: &mut [[f32; TILE_ROWS]]) {
    for (r, row) in rows.chunks_exact(out.len()).take(TILE_ROWS).enumerate() {
        for (place, value) in out.iter_mut().zip(row) {
            place[r] = *value;
        }
    }
}

/// `sums[r][c] += Σ_k left[k][r] · panel[k][c]` for 8 rows and 16 columns, `k` rising: each sum
/// has one fixed order of additions, whatever the blocking around.
#[inline(always)]
pub(crate) fn tile<G: Group>(
    left: &[[f32; TILE_ROWS]],
    panel: &[f32],
    sums: &mut [[f32; LANES]; TILE_ROWS],
) {
    let mut held = sums.map(|sum| G::load(&sum));
    for (left, right) in left.iter().zip(groups(panel)) {
        let right = G::load(right);
        for (sum, factor) in held.iter_mut().zip(left) {
            *sum = G::splat(*factor).mul_add(right, *sum);
        }
    }
    for (held, sum) in held.into_iter().zip(sums) {
        held.store(sum);
    }
}

/// Asks for a row that will be read soon; a hint, never an access.
#[inline(always)]
pub(crate) fn prefetch(row: &[f32]) {
    #[cfg(target_arch = "x86_64")]
    for line in groups(row) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: prefetching any address has no effect but time.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = row;
}

vectorised! {
    /// Inner product of two rows padded to whole groups.
    pub fn dot(a: &[f32], b: &[f32]) -> f32, by dot_in
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(length: usize, step: f32) -> Vec<f32> {
        (0..length)
            .map(|i| ((i as f32 * step).sin() * 3.0) - 0.5)
            .collect()
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        for length in [16, 32, 48, 128, 272] {
            let (a, b) = (ramp(length, 0.37), ramp(length, 0.11));
            let portable = dot_in::<Portable>(&a, &b);
            assert_eq!(dot(&a, &b).to_bits(), portable.to_bits(), "length {length}");
            #[cfg(target_arch = "x86_64")]
            if instruction_set() != InstructionSet::Portable {
                #[target_feature(enable = "avx2,fma")]
                fn half(a: &[f32], b: &[f32]) -> f32 {
                    dot_in::<Avx2>(a, b)
                }
                // SAFETY: both wider sets include AVX2 and FMA.
                assert_eq!(unsafe { half(&a, &b) }.to_bits(), portable.to_bits());
            }
            let exact: f64 = a
                .iter()
                .zip(&b)
                .map(|(x, y)| f64::from(*x) * f64::from(*y))
                .sum();
            assert!(
                (f64::from(portable) - exact).abs() < 1e-3,
                "{portable} is not {exact}"
            );
        }
    }

    #[test]
    fn a_tile_is_a_small_matrix_product() {
        let depth = 24;
        let (left, panel) = (ramp(TILE_ROWS * depth, 0.3), ramp(depth * LANES, 0.7));
        let mut sums = [[0.5; LANES]; TILE_ROWS];
        let mut interleaved = [[0.0; TILE_ROWS]; 24];
        interleave(&left, &mut interleaved);
        tile::<Portable>(&interleaved, &panel, &mut sums);
        for r in 0..TILE_ROWS {
            for c in 0..LANES {
                let product = (0..depth).map(|k| left[r * depth + k] * panel[k * LANES + c]);
                let exact = 0.5 + product.sum::<f32>();
                assert!((sums[r][c] - exact).abs() < 1e-3);
            }
        }
    }
}
