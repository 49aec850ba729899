//! How is a small, valid FLAC made without an encoder? (RFC 9639: fixed blocks, verbatim subframes.)

use md5::{Digest, Md5};

const BLOCK: usize = 4096;
const RATE: u32 = 44_100;

/// A stereo 16-bit file of `seconds` at 44.1 kHz: quiet noise, another one in each channel and for each `seed`.
pub(crate) fn stereo(seconds: f64, seed: u32) -> Vec<u8> {
    stereo_of(seconds, |index, left, right| match index {
        // The first samples tell files apart whose noise is the same.
        0 => [seed as i16, right],
        _ => [left, right],
    })
}

/// The same, with every frame made from its index and noise for the left and the right.
pub(crate) fn stereo_of(seconds: f64, make: impl Fn(usize, i16, i16) -> [i16; 2]) -> Vec<u8> {
    let frames = (seconds * f64::from(RATE)).round() as usize;
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) % 4001) as i16 - 2000
    };
    let samples: Vec<[i16; 2]> = (0..frames)
        .map(|index| {
            let (left, right) = (next(), next());
            make(index, left, right)
        })
        .collect();
    encode(&samples)
}

fn encode(samples: &[[i16; 2]]) -> Vec<u8> {
    let mut md5 = Md5::new();
    for pair in samples {
        pair.iter()
            .for_each(|sample| md5.update(sample.to_le_bytes()));
    }
    let mut file = b"fLaC".to_vec();
    file.extend([0x80, 0, 0, 34]);
    file.extend((BLOCK as u16).to_be_bytes());
    file.extend((BLOCK as u16).to_be_bytes());
    file.extend([0; 6]);
    // 20 bits rate, 3 bits channels - 1, 5 bits depth - 1, 36 bits frames.
    let packed = u64::from(RATE) << 44 | 1 << 41 | 15 << 36 | samples.len() as u64;
    file.extend(packed.to_be_bytes());
    file.extend(md5.finalize());
    for (number, block) in samples.chunks(BLOCK).enumerate() {
        frame(&mut file, number as u32, block);
    }
    file
}

fn frame(file: &mut Vec<u8>, number: u32, block: &[[i16; 2]]) {
    let start = file.len();
    // Sync, fixed blocking; block size in 16 bits at the end of the header, 44.1 kHz; two channels, 16 bit.
    file.extend([0xFF, 0xF8, 0x79, 0x18]);
    let mut coded = [0; 4];
    let character = char::from_u32(number).expect("few frames");
    file.extend(character.encode_utf8(&mut coded).as_bytes());
    file.extend((block.len() as u16 - 1).to_be_bytes());
    file.push(crc(&file[start..], 8, 0x07) as u8);
    for channel in 0..2 {
        file.push(0x02);
        block
            .iter()
            .for_each(|pair| file.extend(pair[channel].to_be_bytes()));
    }
    let sum = crc(&file[start..], 16, 0x8005);
    file.extend(sum.to_be_bytes());
}

/// Bit by bit: slow and obvious.
fn crc(bytes: &[u8], width: u32, polynomial: u32) -> u16 {
    let mut sum = 0_u32;
    for byte in bytes {
        sum ^= u32::from(*byte) << (width - 8);
        for _ in 0..8 {
            let carry = sum >> (width - 1) & 1 == 1;
            sum = (sum << 1) & ((1 << width) - 1);
            if carry {
                sum ^= polynomial;
            }
        }
    }
    sum as u16
}

#[test]
fn the_files_are_what_the_reference_decoder_takes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.flac");
    std::fs::write(&path, stereo(0.5, 1)).unwrap();
    match std::process::Command::new("flac")
        .args(["-t", "-s"])
        .arg(&path)
        .output()
    {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{said}");
        }
        Err(_) => eprintln!("SKIPPED: flac is not installed, apt-get install flac"),
    }
    let summary = audio::Decoder::open(&path).unwrap().finish().unwrap();
    assert_eq!((summary.frames.0, summary.md5_ok), (22_050, Some(true)));
}
