//! In which room was it played?
//!
//! A Schroeder reverberator (Schroeder 1962): four feedback combs and two all-passes a side,
//! with delays that share no factor between left and right.

use super::Frame;

const COMBS: [[usize; 4]; 2] = [[1557, 1617, 1491, 1422], [1580, 1640, 1514, 1445]];
const ALLPASSES: [[usize; 2]; 2] = [[225, 556], [248, 579]];

struct Delay {
    line: Vec<f32>,
    at: usize,
    damp: f32,
}

impl Delay {
    fn new(frames: usize) -> Delay {
        Delay {
            line: vec![0.0; frames],
            at: 0,
            damp: 0.0,
        }
    }

    fn comb(&mut self, input: f32) -> f32 {
        let out = self.line[self.at];
        self.damp += 0.6 * (out - self.damp);
        self.line[self.at] = input + 0.82 * self.damp;
        self.step();
        out
    }

    fn allpass(&mut self, input: f32) -> f32 {
        let held = self.line[self.at];
        let out = held - 0.5 * input;
        self.line[self.at] = input + 0.5 * out;
        self.step();
        out
    }

    fn step(&mut self) {
        self.at = (self.at + 1) % self.line.len();
    }
}

/// Mixes the room's answer into the sound; `wet` is its share, 0..=1.
pub(super) fn reverberate(mix: &mut [Frame], wet: f32) {
    for side in 0..2 {
        let mut combs = COMBS[side].map(Delay::new);
        let mut allpasses = ALLPASSES[side].map(Delay::new);
        for frame in mix.iter_mut() {
            let dry = frame[side];
            let mut sound: f32 = combs.iter_mut().map(|comb| comb.comb(dry * 0.25)).sum();
            for allpass in &mut allpasses {
                sound = allpass.allpass(sound);
            }
            frame[side] = dry * (1.0 - wet) + sound * wet;
        }
    }
}
