//! Pictures of pages: drawn in a process of its own, like reading, and kept in memory as long as there is room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::sandbox::{IntakeError, ReaderSettings, draw_in_child};

/// Bytes of all pictures kept.
const ROOM: usize = 64 << 20;
/// How many are drawn at once; people read one page at a time.
const AT_ONCE: usize = 2;

/// Which picture.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Wanted {
    pub(crate) tenant: Uuid,
    /// The document.
    pub(crate) sha256: String,
    /// Which of the document's parts, from 0.
    pub(crate) part: usize,
    /// From 1.
    pub(crate) page: u32,
    /// Pixels across.
    pub(crate) width: u32,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    /// Drawing it failed or reached a limit.
    #[error(
        "this page cannot be drawn ({0}); its words are shown instead, and the file itself can be downloaded"
    )]
    Undrawn(#[from] IntakeError),
    /// The service is stopping.
    #[error("the service is stopping; ask again in a moment")]
    Stopping,
}

/// Draws pictures and keeps those asked for last. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Gallery {
    reader: ReaderSettings,
    places: Arc<Semaphore>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    pictures: HashMap<Wanted, (u64, Vec<u8>)>,
    /// Grows with every look, and so tells which picture was looked at longest ago.
    looks: u64,
    bytes: usize,
}

impl Gallery {
    pub(crate) fn new(reader: ReaderSettings) -> Self {
        Self {
            reader,
            places: Arc::new(Semaphore::new(AT_ONCE)),
            kept: Arc::default(),
        }
    }

    /// A picture that was drawn before.
    pub(crate) fn kept(&self, wanted: &Wanted) -> Option<Vec<u8>> {
        self.lock().look(wanted)
    }

    /// Draws a picture. Whoever waited for the same one finds it drawn.
    pub(crate) async fn draw(&self, wanted: Wanted, bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
        let _place = self.places.acquire().await.map_err(|_| PictureError::Stopping)?;
        if let Some(png) = self.kept(&wanted) {
            return Ok(png);
        }
        let png = draw_in_child(bytes, (wanted.part, wanted.page), wanted.width, &self.reader).await?;
        self.lock().keep(wanted, png.clone());
        Ok(png)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn look(&mut self, wanted: &Wanted) -> Option<Vec<u8>> {
        self.looks = self.looks.saturating_add(1);
        let (looked, png) = self.pictures.get_mut(wanted)?;
        *looked = self.looks;
        Some(png.clone())
    }

    fn keep(&mut self, wanted: Wanted, png: Vec<u8>) {
        self.looks = self.looks.saturating_add(1);
        self.bytes = self.bytes.saturating_add(png.len());
        if let Some((_, former)) = self.pictures.insert(wanted, (self.looks, png)) {
            self.bytes = self.bytes.saturating_sub(former.len());
        }
        while self.bytes > ROOM && self.forget_one() {}
    }

    fn forget_one(&mut self) -> bool {
        let oldest = self.pictures.iter().min_by_key(|(_, (looked, _))| *looked);
        let oldest = oldest.map(|(wanted, _)| wanted.clone());
        let forgotten = oldest.and_then(|wanted| self.pictures.remove(&wanted));
        let freed = forgotten.as_ref().map_or(0, |(_, png)| png.len());
        self.bytes = self.bytes.saturating_sub(freed);
        forgotten.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(page: u32) -> Wanted {
        Wanted {
            tenant: Uuid::nil(),
            sha256: String::new(),
            part: 0,
            page,
            width: 100,
        }
    }

    #[test]
    fn the_picture_looked_at_longest_ago_makes_room() {
        let mut kept = Kept::default();
        let third = ROOM / 3;
        for page in 1..=3 {
            kept.keep(wanted(page), vec![0; third]);
        }
        assert!(kept.look(&wanted(1)).is_some());
        kept.keep(wanted(4), vec![0; third]);
        assert!(kept.look(&wanted(2)).is_none());
        assert!(
            [1, 3, 4]
                .into_iter()
                .all(|page| kept.look(&wanted(page)).is_some())
        );
        assert!(kept.bytes <= ROOM);
        kept.keep(wanted(5), vec![0; ROOM + 1]);
        assert!(
            kept.pictures.is_empty(),
            "what is larger than all room is not kept"
        );
        assert_eq!(kept.bytes, 0);
    }
}
