//! What does the header of this file promise?

use crate::limits::{MAX_CHANNELS, MAX_FLAC_BITS, MAX_SAMPLE_RATE, MAX_SECONDS, MIN_SAMPLE_RATE};
use crate::sniff::{Container, sniff};
use crate::{AudioError, Layout, guard};
use catalog::units::{Frames, Millis, SampleRate};
use std::fmt;
use std::fs::File;
use std::path::Path;
use symphonia::core::codecs::audio::well_known::*;
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions, VerificationCheck,
};
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

/// How samples are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// FLAC.
    Flac,
    /// Integer PCM.
    Pcm,
    /// Floating-point PCM.
    PcmFloat,
    /// Apple Lossless.
    Alac,
    /// Vorbis.
    Vorbis,
    /// MPEG layer I, II or III.
    Mpeg,
    /// AAC.
    Aac,
    /// Another codec, by symphonia's name.
    Other(&'static str),
}

impl Codec {
    /// Whether decoding returns exactly what was encoded.
    pub fn is_lossless(self) -> bool {
        matches!(
            self,
            Codec::Flac | Codec::Pcm | Codec::PcmFloat | Codec::Alac
        )
    }

    /// Whether the declared number of frames is exact, so that another number is a fault. (AAC
    /// declares frames before trimming; ADTS and untagged MP3 only estimate.)
    pub(crate) fn declares_exactly(self) -> bool {
        self.is_lossless() || self == Codec::Vorbis
    }

    fn of(id: AudioCodecId, short_name: &'static str) -> Codec {
        match id {
            CODEC_ID_FLAC => Codec::Flac,
            CODEC_ID_ALAC => Codec::Alac,
            CODEC_ID_VORBIS => Codec::Vorbis,
            CODEC_ID_AAC => Codec::Aac,
            CODEC_ID_MP1 | CODEC_ID_MP2 | CODEC_ID_MP3 => Codec::Mpeg,
            CODEC_ID_PCM_F32LE | CODEC_ID_PCM_F32BE | CODEC_ID_PCM_F64LE | CODEC_ID_PCM_F64BE => {
                Codec::PcmFloat
            }
            // A-law and mu-law are PCM to symphonia, but not lossless.
            CODEC_ID_PCM_ALAW | CODEC_ID_PCM_MULAW => Codec::Other(short_name),
            id if (CODEC_ID_PCM_S32LE..=CODEC_ID_PCM_U8_PLANAR).contains(&id) => Codec::Pcm,
            _ => Codec::Other(short_name),
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Codec::Flac => "flac",
            Codec::Pcm => "pcm",
            Codec::PcmFloat => "pcm float",
            Codec::Alac => "alac",
            Codec::Vorbis => "vorbis",
            Codec::Mpeg => "mp3",
            Codec::Aac => "aac",
            Codec::Other(name) => name,
        })
    }
}

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioInfo {
    /// The container.
    pub container: Container,
    /// The codec of the first audio track.
    pub codec: Codec,
    /// Samples per second and channel.
    pub sample_rate: SampleRate,
    /// The channels in order.
    pub layout: Layout,
    /// Integer bits per sample; `None` for floating point and lossy codecs.
    pub bits: Option<u8>,
    /// The declared length; `None` when the header does not say.
    pub frames: Option<Frames>,
    /// Whether the file carries an MD5 of its samples (FLAC).
    pub has_md5: bool,
    /// Size of the file.
    pub bytes: u64,
}

impl AudioInfo {
    /// The number of channels, 1 to 8.
    pub fn channels(&self) -> u8 {
        self.layout.count() as u8
    }

    /// The declared duration.
    pub fn duration(&self) -> Option<Millis> {
        self.frames.map(|frames| frames.at(self.sample_rate))
    }
}

/// Reads the header of a file: no sample is decoded.
///
/// # Errors
/// Every [`AudioError`] that a header can cause; see [`crate::limits`].
pub fn probe(path: impl AsRef<Path>) -> Result<AudioInfo, AudioError> {
    open(path.as_ref(), false).map(|opened| opened.info)
}

/// A file opened and found sound as far as its header goes.
pub(crate) struct Opened {
    pub(crate) info: AudioInfo,
    pub(crate) reader: Box<dyn FormatReader>,
    pub(crate) decoder: Box<dyn AudioDecoder>,
    pub(crate) track: u32,
    /// Bytes before the container (an ID3v2 tag).
    pub(crate) prefix: u64,
}

/// `verify`: whether the decoder computes the MD5 of what it decodes.
pub(crate) fn open(path: &Path, verify: bool) -> Result<Opened, AudioError> {
    let (container, prefix) = sniff(path)?;
    let io = |source| AudioError::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(io)?;
    let bytes = file.metadata().map_err(io)?.len();
    let header = |reason: String| AudioError::Damaged {
        path: path.to_owned(),
        frame: Frames(0),
        expected: None,
        reason,
    };
    let (reader, track, decoder) =
        guard::catch(|| parse(path, file, container, verify)).map_err(header)??;
    let found = reader
        .tracks()
        .iter()
        .find(|candidate| candidate.id == track);
    let frames = found.and_then(|track| track.num_frames).map(Frames);
    let info = describe(path, container, decoder.as_ref(), frames, bytes)?;
    Ok(Opened {
        info,
        reader,
        decoder,
        track,
        prefix,
    })
}

type Parsed = (Box<dyn FormatReader>, u32, Box<dyn AudioDecoder>);

fn parse(
    path: &Path,
    file: File,
    container: Container,
    verify: bool,
) -> Result<Parsed, AudioError> {
    use symphonia::core::errors::Error;
    let fault = |error: Error| match error {
        Error::Unsupported(what) => AudioError::Unsupported {
            path: path.to_owned(),
            what: format!("{container}: {what}"),
            fix: "deliver FLAC or WAV",
        },
        Error::IoError(source) if source.kind() == std::io::ErrorKind::UnexpectedEof => {
            AudioError::Truncated {
                path: path.to_owned(),
                frame: Frames(0),
                expected: None,
            }
        }
        other => AudioError::Damaged {
            path: path.to_owned(),
            frame: Frames(0),
            expected: None,
            reason: other.to_string(),
        },
    };
    let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    hint.with_extension(&container.to_string());
    let reader = symphonia::default::get_probe()
        .probe(
            &hint,
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .map_err(fault)?;
    let (track, params) = reader
        .default_track(TrackType::Audio)
        .and_then(|track| Some((track.id, track.codec_params.as_ref()?.audio()?.clone())))
        .ok_or(AudioError::Empty {
            path: path.to_owned(),
            found: "no audio track",
        })?;
    check_params(path, &params)?;
    let options = AudioDecoderOptions::default().gapless(true).verify(verify);
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(&params, &options)
        .map_err(fault)?;
    Ok((reader, track, decoder))
}

/// Refuses what must not reach a decoder, whose buffers grow with these numbers.
fn check_params(path: &Path, params: &AudioCodecParameters) -> Result<(), AudioError> {
    let limit = |what, found: String, expected: String| AudioError::Limit {
        path: path.to_owned(),
        what,
        found,
        expected,
    };
    if let Some(rate) = params.sample_rate
        && !(MIN_SAMPLE_RATE..=MAX_SAMPLE_RATE).contains(&rate)
    {
        let expected = format!("{MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE} Hz");
        return Err(limit("sample rate", format!("{rate} Hz"), expected));
    }
    if let Some(channels) = &params.channels
        && !(1..=MAX_CHANNELS).contains(&channels.count())
    {
        let expected = format!("1 to {MAX_CHANNELS}");
        return Err(limit("channels", channels.count().to_string(), expected));
    }
    match params.bits_per_sample {
        Some(bits) if params.codec == CODEC_ID_FLAC && bits > MAX_FLAC_BITS => {
            Err(AudioError::Unsupported {
                path: path.to_owned(),
                what: format!("{bits}-bit FLAC"),
                fix: "deliver FLAC with 16 or 24 bits",
            })
        }
        _ => Ok(()),
    }
}

fn describe(
    path: &Path,
    container: Container,
    decoder: &dyn AudioDecoder,
    frames: Option<Frames>,
    bytes: u64,
) -> Result<AudioInfo, AudioError> {
    let params = decoder.codec_params();
    check_params(path, params)?;
    let missing = |what| AudioError::Limit {
        path: path.to_owned(),
        what,
        found: "none".into(),
        expected: "a value in the header".into(),
    };
    let rate = params.sample_rate.ok_or_else(|| missing("sample rate"))?;
    let sample_rate = SampleRate::new(rate).map_err(|_| missing("sample rate"))?;
    let channels = params
        .channels
        .as_ref()
        .ok_or_else(|| missing("channels"))?;
    let codec = Codec::of(params.codec, decoder.codec_info().short_name);
    if frames.is_some_and(|frames| frames.0 / u64::from(rate) > MAX_SECONDS) {
        return Err(AudioError::Limit {
            path: path.to_owned(),
            what: "declared length",
            found: format!("{} frames at {sample_rate}", frames.unwrap_or_default().0),
            expected: format!("at most {} hours", MAX_SECONDS / 3600),
        });
    }
    let integers = matches!(codec, Codec::Flac | Codec::Pcm | Codec::Alac);
    let bits = params.bits_per_sample.or_else(|| alac_bits(params));
    let bits = bits.filter(|bits| integers && (1..=32).contains(bits));
    Ok(AudioInfo {
        container,
        codec,
        sample_rate,
        layout: Layout::of(channels),
        bits: bits.map(|bits| bits as u8),
        frames,
        has_md5: matches!(params.verification_check, Some(VerificationCheck::Md5(_))),
        bytes,
    })
}

/// The depth of an ALAC stream, which symphonia 0.6.1 keeps to itself: the sixth byte of Apple's
/// `ALACSpecificConfig`, which is 24 bytes long, 48 with a channel layout.
fn alac_bits(params: &AudioCodecParameters) -> Option<u32> {
    let config = params
        .extra_data
        .as_deref()
        .filter(|_| params.codec == CODEC_ID_ALAC)?;
    matches!(config.len(), 24 | 48).then(|| u32::from(config[5]))
}
