//! A table in a file, and this process's place in it: what every handle of one name in the process shares.

use super::attachment::{Attachment, Look};
use super::layout::TABLE_AT;
use crate::error::Error;
use crate::table::{Host, Options, Region, Table};
use std::sync::Arc;

/// A table that lies in a file. It is left with its last handle, though its memory stays for as long as anybody holds the
/// table.
#[derive(Debug)]
pub struct Shared {
    attachment: Arc<Attachment>,
    table: Arc<Table>,
}

impl Shared {
    /// The table in an attached file. Whatever an earlier participant of this number left locked is repaired.
    pub(super) fn new(attachment: Attachment) -> Result<Self, Error> {
        let attachment = Arc::new(attachment);
        let header = attachment.header();
        let options =
            Options { max_bytes: header.bound, seed: header.seed, ..header.identity.options.clone() };
        let region = Region::mapped(Arc::clone(attachment.mapping()));
        let host = Arc::clone(&attachment) as Arc<dyn Host>;
        let table = Table::shared(&region, &options, TABLE_AT, host, header.checksum_seed)?;
        if attachment.is_participant() {
            table.adopt();
        }
        Ok(Self { attachment, table: Arc::new(table) })
    }

    /// The table itself. Whoever holds it longer than its handle finds nothing in it.
    pub fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// What writes and reads the values.
    pub fn codec(&self) -> &str {
        &self.attachment.header().identity.codec
    }

    /// What it was asked for. `maxBytes` as it holds is the table's.
    pub fn options(&self) -> &Options {
        &self.attachment.header().identity.options
    }

    /// Whether this process may write. Otherwise there are too many, and it tries again every ten seconds.
    pub fn is_participant(&self) -> bool {
        self.attachment.is_participant()
    }

    /// Looks whether the file is still the one to use, at most once a second. To be called by every operation whose clock
    /// says that it has been so long, hits included. False: give the handle back, and open the cache anew.
    pub fn look(&self) -> bool {
        match self.attachment.look() {
            Look::Same => true,
            Look::Claimed => {
                self.table.adopt();
                true
            }
            Look::Gone => {
                self.table.detach("it is not used any more");
                false
            }
        }
    }

    /// Whether it is not to be used any more.
    pub fn is_gone(&self) -> bool {
        self.attachment.is_detached()
    }

    /// Why it is not to be used any more, if bytes in it were wrong.
    pub fn damage(&self) -> Option<&'static str> {
        self.attachment.damage()
    }

    /// Leaves the file, for every handle in this process. From now on nothing is found in the table, and nothing stored.
    pub fn close(&self) {
        self.attachment.stop();
        self.table.detach("it is not used any more");
        // Whoever is in the middle of storing something must not be robbed of its shard. In a child by `fork` nobody is, and
        // locks that others had then stay locked.
        if !self.attachment.is_orphaned() {
            self.table.drain();
        }
        self.attachment.close();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}
