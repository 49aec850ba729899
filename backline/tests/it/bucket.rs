//! Is a bucket as good a store as a folder? A night over an S3 server (moto), where one is installed.

use crate::console::{Console, text};
use crate::s3::S3;

#[test]
fn a_night_over_a_bucket_ends_with_the_edition_of_a_night_in_a_folder() {
    let Some(s3) = S3::start() else { return };
    let console = Console::with_short_drop();
    let in_folder = console.night("folder", "one-rung.toml");
    for changed in [true, false] {
        let night = console
            .command(&["nightly", "drop", "--simulate-plays", "--json", "--quiet"])
            .args(["--store", "s3://music/demo", "--config", "one-rung.toml"])
            .envs(s3.environment())
            .output()
            .unwrap();
        assert_eq!(night.status.code(), Some(1), "{}", text(&night.stderr));
        let in_bucket: serde_json::Value = serde_json::from_slice(&night.stdout).unwrap();
        let published = |night: &serde_json::Value| night["edition"]["published"].clone();
        assert_eq!(published(&in_bucket)["id"], published(&in_folder)["id"]);
        assert_eq!(published(&in_bucket)["changed"], changed);
    }
}
