//! What is near what was just heard, and may be played here?
//!
//! Asked of the vectors and their graph, with rights as the filter; where an edition has none, or
//! nothing is known of the seeds, the lists of similar tracks stand in. No model runs.

use crate::show::Eye;
use catalog::ids::RecordingId;
use recsys::ann::Ann;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Tracks of one artist in a list that is not about that artist.
pub(crate) const PER_ARTIST: usize = 2;
/// How many candidates are fetched for each track wanted: some fall to [`PER_ARTIST`].
const SPARE: usize = 4;
/// How far the tracks just played may lift a track of a list, beside its own score (0 to 1).
const HINT_WEIGHT: f32 = 0.5;

/// Track rows near all seeds together, nearest first, with their cosines. No seed is among them.
pub(crate) fn like(eye: &Eye<'_>, seeds: &[RecordingId], count: usize) -> Vec<(u32, f32)> {
    let used: HashSet<RecordingId> = seeds.iter().copied().collect();
    let playable = |id: &RecordingId| !used.contains(id) && appearance(eye, id).is_some();
    let wanted = count.saturating_mul(SPARE);
    let found = match direction(eye, seeds) {
        Some((ann, mean)) => ann.similar_to_vector(&mean, wanted, playable),
        None => listed(eye, seeds, &used),
    };
    let mut of_artist: HashMap<u32, usize> = HashMap::new();
    let rows = found.into_iter().filter_map(|(id, cosine)| {
        let row = appearance(eye, &id)?;
        let artist = eye.live.catalogue.track_credits(row).next();
        let heard = of_artist.entry(artist.map_or(u32::MAX, |credit| credit.artist));
        let heard = heard.or_default();
        *heard += 1;
        (*heard <= PER_ARTIST).then_some((row, cosine))
    });
    rows.take(count).collect()
}

/// The track row that a recording is heard by.
fn appearance(eye: &Eye<'_>, id: &RecordingId) -> Option<u32> {
    eye.gate.appearance(eye.live.catalogue.recording_row(id)?)
}

/// The graph, and the mean of the seeds' vectors; none if none of them has one.
fn direction<'a>(eye: &Eye<'a>, seeds: &[RecordingId]) -> Option<(&'a Ann, Vec<f32>)> {
    let ann = eye.live.ann.as_ref()?;
    mean(ann, seeds).map(|mean| (ann, mean))
}

fn mean(ann: &Ann, seeds: &[RecordingId]) -> Option<Vec<f32>> {
    let vectors = ann.vectors();
    let known = seeds.iter().filter_map(|id| vectors.row_of(id));
    known.fold(None, |sum: Option<Vec<f32>>, row| {
        let vector = vectors.vector(row);
        let mut sum = sum.unwrap_or_else(|| vec![0.0; vector.len()]);
        sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
        Some(sum)
    })
}

/// From the published lists of similar tracks: how high each stands on the seeds' lists.
fn listed(
    eye: &Eye<'_>,
    seeds: &[RecordingId],
    used: &HashSet<RecordingId>,
) -> Vec<(RecordingId, f32)> {
    let Some(lists) = eye.live.lists.as_ref() else {
        return Vec::new();
    };
    let mut scores: BTreeMap<RecordingId, f32> = BTreeMap::new();
    for entry in seeds.iter().flat_map(|seed| lists.similar(seed)) {
        if let Some(id) = lists.recordings().get(entry.recording as usize)
            && !used.contains(id)
        {
            *scores.entry(*id).or_default() += entry.score / seeds.len() as f32;
        }
    }
    let mut ranked: Vec<(RecordingId, f32)> = scores.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}

/// Rows on the way from one recording to another: at each step the nearest to the straight line that
/// was not used yet, with its cosine to the one before.
pub(crate) fn steps_between(
    eye: &Eye<'_>,
    from: &RecordingId,
    to: &RecordingId,
    steps: usize,
) -> Vec<(u32, f32)> {
    let Some(ann) = eye.live.ann.as_ref() else {
        return Vec::new();
    };
    let (Some(start), Some(end)) = (mean(ann, &[*from]), mean(ann, &[*to])) else {
        return Vec::new();
    };
    let mut used: HashSet<RecordingId> = [*from, *to].into();
    let mut rows = Vec::new();
    for step in 1..=steps {
        let share = step as f32 / (steps + 1) as f32;
        let between = |(a, b): (&f32, &f32)| a * (1.0 - share) + b * share;
        let point: Vec<f32> = start.iter().zip(&end).map(between).collect();
        let fresh = |id: &RecordingId| !used.contains(id) && appearance(eye, id).is_some();
        let nearest = ann.similar_to_vector(&point, 1, fresh).into_iter().next();
        let Some((id, cosine)) = nearest else { break };
        used.insert(id);
        rows.extend(appearance(eye, &id).map(|row| (row, cosine)));
    }
    rows
}

/// Re-ranks entries by what was played just now: a track near it rises, one that was played is left
/// out. Without vectors the order stays. One product of vectors per entry.
pub(crate) fn hinted<T>(
    eye: &Eye<'_>,
    played: &[RecordingId],
    mut items: Vec<(RecordingId, f32, T)>,
) -> Vec<T> {
    items.retain(|(id, ..)| !played.contains(id));
    if let Some((ann, mean)) = direction(eye, played) {
        let vectors = ann.vectors();
        let length = dot(&mean, &mean).sqrt().max(f32::MIN_POSITIVE);
        for (id, score, _) in &mut items {
            let cosine = vectors
                .row_of(id)
                .map_or(0.0, |row| dot(&mean, vectors.vector(row)) / length);
            *score += HINT_WEIGHT * cosine;
        }
        items.sort_by(|a, b| b.1.total_cmp(&a.1));
    }
    items.into_iter().map(|(.., item)| item).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
