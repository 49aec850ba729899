//! How much does an untrusted audio file get to claim?

/// The lowest sample rate of music or speech, Hz. Below it headers lie; it also bounds the
/// resampler's ratio.
pub const MIN_SAMPLE_RATE: u32 = 8_000;

/// The highest sample rate, Hz: protects the meter's and the resampler's buffers, which grow with it.
pub const MAX_SAMPLE_RATE: u32 = 384_000;

/// The most channels: what FLAC can hold and a layout can name.
pub const MAX_CHANNELS: usize = 8;

/// The longest file, seconds: 24 hours. Headers that declare more are damaged (a CAF of the fuzz
/// corpus declared 568 million million frames); protects counters and disk.
pub const MAX_SECONDS: u64 = 24 * 3600;

/// The deepest integer samples, bits. Symphonia 0.6.1 decodes 32-bit FLAC to wrong samples without
/// an error (its side channel overflows), and f32 is exact up to 24.
pub const MAX_FLAC_BITS: u32 = 24;

/// Frames per [`crate::Block`] at most; longer packets are split. Protects the queues between threads.
pub const MAX_BLOCK_FRAMES: usize = 65_536;

/// The largest sample believed, full scale being 1: 60 dB above it. Floating point may hold more, or no number at
/// all, either of which would leave no figure of the file true.
pub const MAX_SAMPLE: f32 = 1000.0;

/// How far into a file its audio may begin, bytes: after an ID3 tag with pictures.
pub const MAX_PREFIX_BYTES: u64 = 64 << 20;
