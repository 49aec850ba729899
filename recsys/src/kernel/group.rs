//! What is a group of 16 values on this instruction set? One 512-bit register, two of 256 bits, or
//! an array that the compiler spreads over what the target has. All operations round alike.

use super::LANES;

/// Sixteen `f32` side by side.
///
/// # Safety
/// An implementation may be used only inside a function compiled for its instruction set, on a
/// processor that has it; [`super::vectorised`] sees to both.
pub(crate) unsafe trait Group: Copy {
    /// The same value sixteen times.
    fn splat(value: f32) -> Self;
    /// Sixteen values from memory.
    fn load(values: &[f32; LANES]) -> Self;
    /// Sixteen values to memory.
    fn store(self, place: &mut [f32; LANES]);
    /// `self + other`.
    fn add(self, other: Self) -> Self;
    /// `self · factor + addend`, rounded once.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// All sixteen added pairwise: lanes i and i + 8, then i + 4, i + 2, i + 1.
    fn sum(self) -> f32;
    /// Bit c is set where lane c is greater than `threshold`; never for NaN.
    fn over(self, threshold: f32) -> u32;
}

/// Any target: an array.
#[derive(Clone, Copy)]
pub(crate) struct Portable([f32; LANES]);

// SAFETY: plain Rust.
unsafe impl Group for Portable {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; LANES])
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        Self(*values)
    }
    #[inline(always)]
    fn store(self, place: &mut [f32; LANES]) {
        *place = self.0;
    }
    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        for i in 0..LANES {
            self.0[i] += other.0[i];
        }
        self
    }
    #[inline(always)]
    fn mul_add(mut self, factor: Self, addend: Self) -> Self {
        for i in 0..LANES {
            self.0[i] = self.0[i].mul_add(factor.0[i], addend.0[i]);
        }
        self
    }
    #[inline(always)]
    fn sum(mut self) -> f32 {
        for half in [8, 4, 2, 1] {
            for i in 0..half {
                self.0[i] += self.0[i + half];
            }
        }
        self.0[0]
    }
    #[inline(always)]
    fn over(self, threshold: f32) -> u32 {
        (0..LANES).fold(0, |bits, i| bits | u32::from(self.0[i] > threshold) << i)
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Group, LANES};

    /// AVX2 and FMA: two registers.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx2(__m256, __m256);

    /// AVX-512: one register.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx512(__m512);

    /// Eight lanes added pairwise: i and i + 4, then i + 2, i + 1.
    #[inline(always)]
    fn sum_of_8(v: __m256) -> f32 {
        // SAFETY: the trait's contract: AVX is there.
        unsafe {
            let four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<1>(two, two)))
        }
    }

    // SAFETY: every intrinsic below needs only AVX2 and FMA, which the trait's contract asks for;
    // loads and stores go through references to sixteen values.
    unsafe impl Group for Avx2 {
        #[inline(always)]
        fn splat(value: f32) -> Self {
            unsafe { Self(_mm256_set1_ps(value), _mm256_set1_ps(value)) }
        }
        #[inline(always)]
        fn load(values: &[f32; LANES]) -> Self {
            let at = values.as_ptr();
            unsafe { Self(_mm256_loadu_ps(at), _mm256_loadu_ps(at.add(8))) }
        }
        #[inline(always)]
        fn store(self, place: &mut [f32; LANES]) {
            let at = place.as_mut_ptr();
            unsafe {
                _mm256_storeu_ps(at, self.0);
                _mm256_storeu_ps(at.add(8), self.1);
            }
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            unsafe {
                Self(
                    _mm256_add_ps(self.0, other.0),
                    _mm256_add_ps(self.1, other.1),
                )
            }
        }
        #[inline(always)]
        fn mul_add(self, factor: Self, addend: Self) -> Self {
            unsafe {
                let low = _mm256_fmadd_ps(self.0, factor.0, addend.0);
                Self(low, _mm256_fmadd_ps(self.1, factor.1, addend.1))
            }
        }
        #[inline(always)]
        fn sum(self) -> f32 {
            sum_of_8(unsafe { _mm256_add_ps(self.0, self.1) })
        }
        #[inline(always)]
        fn over(self, threshold: f32) -> u32 {
            unsafe {
                let bar = _mm256_set1_ps(threshold);
                let low = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(self.0, bar));
                let high = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(self.1, bar));
                low as u32 | (high as u32) << 8
            }
        }
    }

    // SAFETY: every intrinsic below needs only AVX-512 F and DQ, which the trait's contract asks
    // for; loads and stores go through references to sixteen values.
    unsafe impl Group for Avx512 {
        #[inline(always)]
        fn splat(value: f32) -> Self {
            unsafe { Self(_mm512_set1_ps(value)) }
        }
        #[inline(always)]
        fn load(values: &[f32; LANES]) -> Self {
            unsafe { Self(_mm512_loadu_ps(values.as_ptr())) }
        }
        #[inline(always)]
        fn store(self, place: &mut [f32; LANES]) {
            unsafe { _mm512_storeu_ps(place.as_mut_ptr(), self.0) }
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            unsafe { Self(_mm512_add_ps(self.0, other.0)) }
        }
        #[inline(always)]
        fn mul_add(self, factor: Self, addend: Self) -> Self {
            unsafe { Self(_mm512_fmadd_ps(self.0, factor.0, addend.0)) }
        }
        #[inline(always)]
        fn sum(self) -> f32 {
            unsafe {
                let (low, high) = (
                    _mm512_castps512_ps256(self.0),
                    _mm512_extractf32x8_ps::<1>(self.0),
                );
                sum_of_8(_mm256_add_ps(low, high))
            }
        }
        #[inline(always)]
        fn over(self, threshold: f32) -> u32 {
            unsafe {
                u32::from(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(
                    self.0,
                    _mm512_set1_ps(threshold),
                ))
            }
        }
    }
}
