//! How many samples does each Vorbis packet add? (Vorbis I specification, sections 1.3.2, 4.2, 4.3)
//!
//! A packet adds a quarter of its predecessor's block size and a quarter of its own; the first adds
//! none. Which of the two block sizes a packet has depends on its mode, and the modes stand at the
//! end of the setup header, behind codebooks of variable length. They are read backwards from the
//! framing bit, as every mode has a fixed 41 bits. Whoever uses this checks the sums against the
//! granules of the encoder's own pages, so that a wrong guess can't pass.

/// Bits of one mode: block flag 1, window type 16, transform type 16, mapping 8.
const MODE_BITS: usize = 41;

/// The most modes a stream has (a six-bit count).
const MAX_MODES: usize = 64;

/// Sums up samples packet by packet.
#[derive(Debug, Clone)]
pub(crate) struct PacketClock {
    block_sizes: [u64; 2],
    /// The block flag of every mode.
    modes: Vec<bool>,
    previous: Option<u64>,
    samples: u64,
}

impl PacketClock {
    /// Reads the identification and the setup header; `None` when they are not Vorbis.
    pub(crate) fn new(identification: &[u8], setup: &[u8]) -> Option<PacketClock> {
        if identification.len() < 30 || &identification[..7] != b"\x01vorbis" {
            return None;
        }
        if setup.get(..7)? != b"\x05vorbis" {
            return None;
        }
        let exponents = identification[28];
        let block_sizes = [1 << (exponents & 0x0f), 1 << (exponents >> 4)];
        Some(PacketClock {
            block_sizes,
            modes: modes(&setup[7..])?,
            previous: None,
            samples: 0,
        })
    }

    /// The end position of the next packet, in samples; `None` when it is no audio packet.
    pub(crate) fn advance(&mut self, packet: &[u8]) -> Option<u64> {
        let first = u64::from(*packet.first()?);
        if first & 1 != 0 {
            return None;
        }
        let bits = usize::BITS - (self.modes.len() - 1).leading_zeros();
        let mode = (first >> 1) & ((1 << bits) - 1);
        let block = self.block_sizes[usize::from(*self.modes.get(mode as usize)?)];
        if let Some(previous) = self.previous {
            self.samples += (previous + block) / 4;
        }
        self.previous = Some(block);
        Some(self.samples)
    }
}

/// The block flags of all modes, found from the end: candidates are counted upwards until the bits
/// before them say their number (the last such number wins, as a codebook may look like a mode).
fn modes(setup: &[u8]) -> Option<Vec<bool>> {
    let bit = |index: usize| setup[index / 8] >> (index % 8) & 1;
    let field = |start: usize, width: usize| {
        (0..width).fold(0usize, |value, n| value | usize::from(bit(start + n)) << n)
    };
    let end = (0..setup.len() * 8).rev().find(|index| bit(*index) == 1)?;
    let mut found = None;
    let mut flags = Vec::new();
    while flags.len() < MAX_MODES && end >= (flags.len() + 1) * MODE_BITS + 6 {
        let start = end - (flags.len() + 1) * MODE_BITS;
        let (window, transform) = (field(start + 1, 16), field(start + 17, 16));
        if window != 0 || transform != 0 || field(start + 33, 8) >= MAX_MODES {
            break;
        }
        flags.push(bit(start) == 1);
        if field(start - 6, 6) + 1 == flags.len() {
            found = Some(flags.len());
        }
    }
    flags.truncate(found?);
    flags.reverse();
    Some(flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A setup header whose codebooks are noise, with the given block flags.
    fn setup(flags: &[bool]) -> Vec<u8> {
        let mut bits: Vec<u8> = (0..200).map(|n| u8::from(n * n % 7 < 3)).collect();
        let mut push = |value: usize, width: usize| {
            bits.extend((0..width).map(|n| (value >> n & 1) as u8));
        };
        push(flags.len() - 1, 6);
        for (mapping, flag) in flags.iter().enumerate() {
            push(usize::from(*flag), 1);
            push(0, 32);
            push(mapping, 8);
        }
        push(1, 1);
        let mut bytes = b"\x05vorbis".to_vec();
        let byte = |byte: &[u8]| byte.iter().rev().fold(0, |value, bit| value << 1 | bit);
        bytes.extend(bits.chunks(8).map(byte));
        bytes
    }

    fn identification() -> Vec<u8> {
        let mut bytes = b"\x01vorbis".to_vec();
        bytes.resize(30, 0);
        bytes[28] = 0xb8;
        bytes
    }

    #[test]
    fn a_packet_adds_a_quarter_of_its_block_and_of_the_one_before() {
        let mut clock = PacketClock::new(&identification(), &setup(&[false, true])).expect("sound");
        let (short, long) = ([0b00u8], [0b10u8]);
        let ends = [long, long, short, short, long].map(|packet| clock.advance(&packet));
        assert_eq!(
            ends,
            [Some(0), Some(1024), Some(1600), Some(1728), Some(2304)]
        );
        assert_eq!(clock.advance(&[1]), None, "a header packet");
    }

    #[test]
    fn one_mode_takes_no_bits_of_a_packet() {
        let mut clock = PacketClock::new(&identification(), &setup(&[true])).expect("sound");
        assert_eq!(clock.advance(&[0b10]), Some(0));
        assert_eq!(clock.advance(&[0b00]), Some(1024));
        assert!(PacketClock::new(&identification(), b"\x05vorbis\0\0").is_none());
    }
}
