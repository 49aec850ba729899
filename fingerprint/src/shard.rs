//! Which part of the masters is mine, when several machines share the work?

use std::fmt;
use std::str::FromStr;

use catalog::ids::Sha256;

/// Part `index` (from one) of `count`, written `1/4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    count: u32,
}

impl Shard {
    /// Does this shard hold the master? Every master is in exactly one of `count` shards.
    pub fn holds(&self, master: &Sha256) -> bool {
        let [a, b, c, d, ..] = master.0;
        u32::from_be_bytes([a, b, c, d]) % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let parsed = text.split_once('/').and_then(|(index, count)| {
            Some(Shard {
                index: index.parse().ok()?,
                count: count.parse().ok()?,
            })
        });
        parsed
            .filter(|shard| (1..=shard.count).contains(&shard.index))
            .ok_or_else(|| format!("`{text}` is no shard: expected i/n with 1 <= i <= n, like 1/4"))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_master_is_in_exactly_one_shard() {
        let shards: Vec<Shard> = ["1/3", "2/3", "3/3"].map(|s| s.parse().unwrap()).to_vec();
        for n in 0..100u8 {
            let master = Sha256::of([n]);
            assert_eq!(
                shards.iter().filter(|shard| shard.holds(&master)).count(),
                1
            );
        }
    }

    #[test]
    fn a_shard_that_cannot_be_is_refused() {
        for text in ["0/3", "4/3", "1", "a/b", "1/0", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        assert_eq!("2/4".parse::<Shard>().unwrap().to_string(), "2/4");
    }
}
