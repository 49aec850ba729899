//! How are rights kept so that a play request is one lookup? As shared profiles.

use super::{Interned, Tables};
use crate::columns::ColumnsWriter;
use crate::edition::rows::*;
use crate::ids::TerritorySet;
use crate::rights::{Clock, CommercialModel, Rights, RightsWindow, UseType};

/// Every set of windows that some track has, once.
#[derive(Default)]
pub(super) struct Profiles(Interned<Rights>);

impl Profiles {
    /// The row of a profile.
    pub(super) fn row(&mut self, rights: &Rights) -> u32 {
        self.0.row(rights.clone())
    }
}

impl Tables<'_> {
    pub(super) fn write_rights(&self, file: &mut ColumnsWriter) {
        let mut territories: Interned<TerritorySet> = Interned::default();
        let (mut profiles, mut windows) = (Vec::new(), Vec::new());
        for rights in self.rights.0.sorted_by_row() {
            let windows_at = windows.len() as u32;
            windows.extend(
                rights
                    .windows()
                    .iter()
                    .map(|window| window_row(window, &mut territories)),
            );
            profiles.push(ProfileRow {
                windows_at,
                windows: rights.windows().len() as u32,
            });
        }
        file.section("rights.profiles", &profiles)
            .section("rights.windows", &windows)
            .section("rights.territories", &territories.sorted_by_row());
    }
}

fn window_row(window: &RightsWindow, territories: &mut Interned<TerritorySet>) -> WindowRow {
    WindowRow {
        start: window.start.as_millisecond(),
        end: window.end.map_or(FOREVER, |end| end.as_millisecond()),
        territories: territories.row(window.territories),
        model: match window.model {
            CommercialModel::Subscription => 0,
            CommercialModel::AdSupported => 1,
            CommercialModel::Other => 2,
        },
        use_type: match window.use_type {
            UseType::Stream => 0,
            UseType::ConditionalDownload => 1,
            UseType::Other => 2,
        } | match window.clock {
            Clock::Universal => 0,
            Clock::Local => LOCAL_CLOCK,
        },
    }
}
