//! Which loudspeaker does each channel of a file belong to?
//!
//! Orders after WAVEFORMATEXTENSIBLE, which FLAC and symphonia share; roles after ITU-R BS.775.

use std::fmt;
use symphonia::core::audio::{ChannelLabel, Channels, Position};

/// The role of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The only channel of a mono file.
    Mono,
    /// Front left.
    Left,
    /// Front right.
    Right,
    /// Front centre.
    Centre,
    /// Low-frequency effects: not part of loudness nor of a downmix (BS.1770, BS.775).
    LowFrequency,
    /// Side or rear left.
    LeftSurround,
    /// Side or rear right.
    RightSurround,
    /// Rear centre.
    RearCentre,
    /// Anything else; has no downmix.
    Other,
}

/// The channels of a file, in the order of its planes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Layout(Vec<Speaker>);

impl Layout {
    /// One channel.
    pub fn mono() -> Layout {
        Layout(vec![Speaker::Mono])
    }

    /// Left and right.
    pub fn stereo() -> Layout {
        Layout(vec![Speaker::Left, Speaker::Right])
    }

    /// 5.1 in WAVE order: left, right, centre, low frequency, left and right surround.
    pub fn surround_5_1() -> Layout {
        Layout::of_count(6)
    }

    /// The usual order for a number of channels without names (FLAC, RFC 9639 section 9.1.3).
    pub fn of_count(channels: usize) -> Layout {
        use Speaker::*;
        Layout(match channels {
            1 => vec![Mono],
            2 => vec![Left, Right],
            3 => vec![Left, Right, Centre],
            4 => vec![Left, Right, LeftSurround, RightSurround],
            5 => vec![Left, Right, Centre, LeftSurround, RightSurround],
            6 => vec![
                Left,
                Right,
                Centre,
                LowFrequency,
                LeftSurround,
                RightSurround,
            ],
            n => vec![Other; n],
        })
    }

    pub(crate) fn of(channels: &Channels) -> Layout {
        let speakers: Vec<Speaker> = match channels {
            Channels::Positioned(positions) => positions.iter().map(speaker).collect(),
            Channels::Custom(labels) => labels
                .iter()
                .map(|label| match label {
                    ChannelLabel::Positioned(position) => speaker(*position),
                    _ => Speaker::Other,
                })
                .collect(),
            other => return Layout::of_count(other.count()),
        };
        match speakers.as_slice() {
            [_] => Layout::mono(),
            // Two channels without a right one (a file that names L and C) are still a pair.
            [_, _] => Layout::stereo(),
            _ => Layout(speakers),
        }
    }

    /// The number of channels.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The role of each channel.
    pub fn speakers(&self) -> &[Speaker] {
        &self.0
    }
}

fn speaker(position: Position) -> Speaker {
    match position {
        Position::FRONT_LEFT => Speaker::Left,
        Position::FRONT_RIGHT => Speaker::Right,
        Position::FRONT_CENTER => Speaker::Centre,
        Position::LFE1 | Position::LFE2 => Speaker::LowFrequency,
        Position::REAR_LEFT | Position::SIDE_LEFT => Speaker::LeftSurround,
        Position::REAR_RIGHT | Position::SIDE_RIGHT => Speaker::RightSurround,
        Position::REAR_CENTER => Speaker::RearCentre,
        _ => Speaker::Other,
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Layout::mono() {
            f.write_str("mono")
        } else if *self == Layout::stereo() {
            f.write_str("stereo")
        } else if *self == Layout::surround_5_1() {
            f.write_str("5.1")
        } else {
            write!(f, "{} channels", self.count())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_positions_become_roles_in_wave_order() {
        let mask = Position::from_wave_channel_mask(0x3f).expect("5.1 is a valid mask");
        assert_eq!(
            Layout::of(&Channels::Positioned(mask)),
            Layout::surround_5_1()
        );
        assert_eq!(Layout::of(&Channels::Discrete(2)), Layout::stereo());
        assert_eq!(
            Layout::of(&Channels::Positioned(Position::FRONT_CENTER)),
            Layout::mono()
        );
        assert_eq!(Layout::surround_5_1().to_string(), "5.1");
    }
}
