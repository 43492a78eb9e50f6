use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::vec;

use tokio::time::{sleep_until, Sleep};
use tokio_stream::Stream;
use tonic::{Code, Request, Status, Streaming};

use crate::deadline::{expired, Deadline};
use crate::entries::join_piece;
use crate::session::Directory;
use crate::{v1, Error};

/// The entries of a search, each whole. An `Err` is the last item: what came before it is valid, the set is incomplete.
/// Dropping the stream cancels the search, and so abandons it at the directory.
#[derive(Debug)]
pub struct SearchStream {
    messages: Option<Streaming<v1::SearchResponse>>,
    deadline: Option<Pin<Box<Sleep>>>,
    batch: vec::IntoIter<v1::SearchEntry>,
    partial: Option<v1::SearchEntry>,
    references: Vec<v1::SearchReference>,
    done: Option<v1::SearchDone>,
}

impl SearchStream {
    pub(crate) async fn begin(mut directory: Directory, request: Request<v1::SearchRequest>) -> Result<Self, Status> {
        let deadline = request.extensions().get::<Deadline>().map(|deadline| deadline.0.into());
        let mut messages = directory.search(request).await?.into_inner();
        // While nothing has come the search can be repeated; what it fails with later is the caller's.
        let first = messages.message().await?;
        let mut search = Self {
            messages: Some(messages),
            deadline: deadline.map(|deadline| Box::pin(sleep_until(deadline))),
            batch: Vec::new().into_iter(),
            partial: None,
            references: Vec::new(),
            done: None,
        };
        search.take(first.unwrap_or_default());
        Ok(search)
    }

    /// So far; all of them after the end.
    pub fn references(&self) -> &[v1::SearchReference] {
        &self.references
    }

    /// The directory's result, once it has come.
    pub fn done(&self) -> Option<&v1::SearchDone> {
        self.done.as_ref()
    }

    /// The next entry; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<v1::SearchEntry, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    fn take(&mut self, message: v1::SearchResponse) {
        self.batch = message.entries.into_iter();
        self.references.extend(message.references);
        self.done = message.done.or(self.done.take());
    }

    /// Of the batch, the next entry whose last piece has come.
    fn next_whole(&mut self) -> Option<v1::SearchEntry> {
        for piece in self.batch.by_ref() {
            let entry = match self.partial.take() {
                Some(mut entry) => {
                    join_piece(&mut entry, piece);
                    entry
                }
                None => piece,
            };
            if !entry.continued {
                return Some(entry);
            }
            self.partial = Some(entry);
        }
        None
    }
}

impl Stream for SearchStream {
    type Item = Result<v1::SearchEntry, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(entry) = self.next_whole() {
                return Poll::Ready(Some(Ok(entry)));
            }
            let this = &mut *self;
            let Some(messages) = &mut this.messages else { return Poll::Ready(None) };
            let late = this.deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(context).is_ready());
            let next = if late { Some(Err(expired())) } else { ready!(Pin::new(messages).poll_next(context)) };
            let end = match next {
                Some(Ok(message)) => {
                    self.take(message);
                    continue;
                }
                Some(Err(status)) => Some(Err(status.into())),
                None if self.done.is_some() => None,
                // The gateway ends a stream well only after `done`; whatever stands between us may not.
                None => Some(Err(Error::new(Code::DataLoss, "the search ended without the directory's result"))),
            };
            self.messages = None;
            return Poll::Ready(end);
        }
    }
}
