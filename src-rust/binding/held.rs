//! The table of a handle, and what keeps it open: a name in this process, or a file that all processes of the user share.

use crate::shared::Shared;
use crate::table::{Table, registry};
use std::sync::Arc;

/// A table that is open.
pub(super) enum Held {
    /// For all threads of this process.
    Threads(Arc<registry::Handle>),
    /// For all processes of the user.
    Shared(Arc<Shared>),
}

impl Held {
    pub(super) fn table(&self) -> &Arc<Table> {
        match self {
            Self::Threads(handle) => handle.table(),
            Self::Shared(shared) => shared.table(),
        }
    }

    /// Whether the table is still the one to use. If not, it is to be closed and opened anew.
    pub(super) fn look(&self) -> bool {
        match self {
            Self::Threads(_) => true,
            Self::Shared(shared) => shared.look(),
        }
    }

    /// The file, if there is one.
    pub(super) fn shared(&self) -> Option<&Arc<Shared>> {
        match self {
            Self::Threads(_) => None,
            Self::Shared(shared) => Some(shared),
        }
    }
}
