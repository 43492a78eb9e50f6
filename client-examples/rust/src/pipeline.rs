use std::collections::HashMap;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{ready, Context, Poll};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_stream::Stream;
use tonic::Code;

use crate::entries::join_pieces;
use crate::session::Session;
use crate::v1::{self, pipeline_call::Call, pipeline_reply::Reply};
use crate::Error;

/// As many calls as one message carries at most, and as many as wait to be sent before `submit` waits.
const MOST_IN_MESSAGE: usize = 256;
const MOST_UNSENT: usize = 1024;

/// A request that a pipeline carries.
pub trait Operation: sealed::Sealed {
    type Response;
    #[doc(hidden)]
    fn into_call(self) -> Call;
    #[doc(hidden)]
    fn response(reply: Reply) -> Option<Self::Response>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! operation {
    ($request:ident, $response:ident, $variant:ident, $call:ident) => {
        impl sealed::Sealed for v1::$request {}
        impl Operation for v1::$request {
            type Response = v1::$response;
            fn into_call(self) -> Call {
                Call::$call(self)
            }
            fn response(reply: Reply) -> Option<v1::$response> {
                match reply {
                    Reply::$variant(response) => Some(response),
                    _ => None,
                }
            }
        }
    };
}
operation!(GetEntryRequest, GetEntryResponse, GetEntry, GetEntry);
operation!(SearchRequest, SearchResponse, Search, Search);
operation!(CompareRequest, CompareResponse, Compare, Compare);
operation!(AddRequest, AddResponse, Add, Add);
operation!(ModifyRequest, ModifyResponse, Modify, Modify);
operation!(DeleteRequest, DeleteResponse, DeleteEntry, DeleteEntry);
operation!(ModifyDnRequest, ModifyDnResponse, ModifyDn, ModifyDn);
operation!(ExtendedRequest, ExtendedResponse, Extended, Extended);
operation!(WhoAmIRequest, WhoAmIResponse, WhoAmI, WhoAmI);
operation!(ChangePasswordRequest, ChangePasswordResponse, ChangePassword, ChangePassword);

/// Many operations of one lease on one stream. What is ready goes out together, so submit many and then await each.
///
/// Calls that run at the same time have no order; their `session` fields stay empty. A pipeline is one lease's life: when its
/// stream ends early, each unanswered call ends with its error, and so does each that is submitted then. Open another pipeline,
/// which reopens a lost lease, and repeat what is safe: `Error::outcome_unknown` says what may not be. Dropping the pipeline cancels, and so
/// abandons, what is unanswered; [`close`](Pipeline::close) waits for it.
#[derive(Debug)]
pub struct Pipeline {
    calls: mpsc::Sender<v1::PipelineCall>,
    unanswered: Arc<Unanswered>,
    timeout: Duration,
    reader: AbortOnDrop,
}

/// The answer to come; await it. A search's response holds all its entries, each whole.
#[derive(Debug)]
pub struct Pending<T> {
    id: u64,
    answer: oneshot::Receiver<Result<v1::PipelineReply, Error>>,
    operation: PhantomData<fn(T)>,
}

impl Pipeline {
    pub(crate) async fn open(session: Arc<Session>) -> Result<Self, Error> {
        // A lease that was lost is reopened here, so that no call has to be sent twice.
        let renew = |request| {
            let mut sessions = session.sessions();
            async move { sessions.keep_alive(request).await }
        };
        session.call(v1::KeepAliveRequest::default(), Some(session.timeout()), renew).await?;
        let (calls, unsent) = mpsc::channel(MOST_UNSENT);
        let unanswered = Arc::new(Unanswered::default());
        let timeout = session.timeout();
        let reader = tokio::spawn(read(session, Batches(unsent), unanswered.clone()));
        Ok(Self { calls, unanswered, timeout, reader: AbortOnDrop(reader) })
    }

    /// Returns when the call is queued, which is at once but for when the gateway cannot take more.
    pub async fn submit<T: Operation>(&self, request: T) -> Result<Pending<T>, Error> {
        self.submit_for(request, self.timeout).await
    }

    /// As `submit`, with a deadline of the call's own.
    pub async fn submit_for<T: Operation>(&self, request: T, timeout: Duration) -> Result<Pending<T>, Error> {
        let place = self.calls.reserve().await.map_err(|_| self.unanswered.end())?;
        let (id, answer) = self.unanswered.add()?;
        place.send(v1::PipelineCall { id, call: Some(request.into_call()), timeout: timeout.try_into().ok() });
        Ok(Pending { id, answer, operation: PhantomData })
    }

    /// The call ends `Cancelled`, unless its answer was under way already.
    pub async fn abandon<T>(&self, pending: &Pending<T>) -> Result<(), Error> {
        let call = v1::PipelineCall { call: Some(Call::Abandon(pending.id)), ..Default::default() };
        self.calls.send(call).await.map_err(|_| self.unanswered.end())
    }

    /// No more calls; waits for the answers of those that run.
    pub async fn close(self) -> Result<(), Error> {
        let Self { calls, mut reader, .. } = self;
        drop(calls);
        (&mut reader.0).await.unwrap_or_else(|_| Err(Error::new(Code::Cancelled, "the pipeline was cancelled")))
    }
}

impl<T: Operation> Future for Pending<T> {
    type Output = Result<T::Response, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.answer).poll(context));
        let reply = answer.unwrap_or_else(|_| Err(Error::new(Code::Cancelled, "the pipeline was dropped")))?;
        let response = reply.reply.and_then(T::response);
        Poll::Ready(response.ok_or_else(|| Error::new(Code::Internal, "a reply of another kind than its call")))
    }
}

/// What is ready to be sent, one message at a time. While HTTP/2 takes no more, the next message grows.
#[derive(Debug)]
struct Batches(mpsc::Receiver<v1::PipelineCall>);

impl Stream for Batches {
    type Item = v1::PipelineRequest;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut calls = Vec::new();
        let count = ready!(self.0.poll_recv_many(context, &mut calls, MOST_IN_MESSAGE));
        Poll::Ready((count > 0).then_some(v1::PipelineRequest { session: String::new(), calls }))
    }
}

async fn read(session: Arc<Session>, calls: Batches, unanswered: Arc<Unanswered>) -> Result<(), Error> {
    let result = async {
        let mut replies = session.directory().pipeline(calls).await?.into_inner();
        while let Some(message) = replies.message().await? {
            session.touch();
            unanswered.answer(message.replies);
        }
        Ok(())
    };
    let result = result.await.map_err(|status: tonic::Status| Error::from(status));
    let closed = || Error::new(Code::FailedPrecondition, "the pipeline is closed");
    unanswered.fail(result.as_ref().err().cloned().unwrap_or_else(closed));
    result
}

#[derive(Debug)]
struct AbortOnDrop(tokio::task::JoinHandle<Result<(), Error>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

type Answer = oneshot::Sender<Result<v1::PipelineReply, Error>>;

/// The calls that wait for an answer, by id.
#[derive(Debug, Default)]
struct Unanswered(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    last_id: u64,
    calls: HashMap<u64, (Answer, Option<v1::PipelineReply>)>,
    end: Option<Error>,
}

impl Unanswered {
    fn add(&self) -> Result<(u64, oneshot::Receiver<Result<v1::PipelineReply, Error>>), Error> {
        let mut waiting = self.lock();
        if let Some(error) = &waiting.end {
            return Err(error.clone());
        }
        waiting.last_id += 1;
        let id = waiting.last_id;
        let (sender, receiver) = oneshot::channel();
        waiting.calls.insert(id, (sender, None));
        Ok((id, receiver))
    }

    /// Several replies of one id are gathered; the one with the status answers the call.
    fn answer(&self, replies: Vec<v1::PipelineReply>) {
        let mut waiting = self.lock();
        for mut reply in replies {
            let id = reply.id;
            let Some((_, gathered)) = waiting.calls.get_mut(&id) else { continue };
            if let Some(former) = gathered.take() {
                reply = gather(former, reply);
            }
            let Some(status) = reply.status.take() else {
                *gathered = Some(reply);
                continue;
            };
            if let Some(Reply::Search(search)) = &mut reply.reply {
                search.entries = join_pieces(std::mem::take(&mut search.entries));
            }
            if let Some((answer, _)) = waiting.calls.remove(&id) {
                // Whoever dropped the Pending does not want to know.
                let _ = answer.send(if status.code == 0 { Ok(reply) } else { Err(status.into()) });
            }
        }
    }

    /// Ends what is unanswered, and what is submitted from now on.
    fn fail(&self, error: Error) {
        let mut waiting = self.lock();
        for (_, (answer, _)) in waiting.calls.drain() {
            let _ = answer.send(Err(error.clone()));
        }
        waiting.end = Some(error);
    }

    fn end(&self) -> Error {
        let end = self.lock().end.clone();
        end.unwrap_or_else(|| Error::new(Code::Unavailable, "the pipeline has ended"))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().expect("nothing panics with the lock held")
    }
}

fn gather(mut former: v1::PipelineReply, next: v1::PipelineReply) -> v1::PipelineReply {
    if let (Some(Reply::Search(all)), Some(Reply::Search(more))) = (&mut former.reply, next.reply) {
        all.entries.extend(more.entries);
        all.references.extend(more.references);
        all.intermediates.extend(more.intermediates);
        all.done = more.done;
    }
    former.status = next.status;
    former
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_stream::StreamExt;

    fn last_reply(id: u64, code: i32) -> v1::PipelineReply {
        v1::PipelineReply { id, status: Some(v1::CallStatus { code, ..Default::default() }), ..Default::default() }
    }

    fn entry_reply(id: u64, dn: &str) -> v1::PipelineReply {
        let entries = vec![v1::SearchEntry { dn: dn.into(), ..Default::default() }];
        let search = v1::SearchResponse { entries, ..Default::default() };
        v1::PipelineReply { id, reply: Some(Reply::Search(search)), status: None }
    }

    #[tokio::test]
    async fn sends_what_is_ready_together_in_bounded_messages() {
        let (calls, unsent) = mpsc::channel(MOST_UNSENT);
        for id in 1..=300 {
            calls.send(v1::PipelineCall { id, ..Default::default() }).await.unwrap();
        }
        drop(calls);
        let sizes: Vec<usize> = Batches(unsent).map(|message| message.calls.len()).collect().await;
        assert_eq!(sizes, [256, 44]);
    }

    #[tokio::test]
    async fn a_failed_call_ends_its_own_id_only() {
        let unanswered = Unanswered::default();
        let (one, failed) = unanswered.add().unwrap();
        let (two, fine) = unanswered.add().unwrap();
        unanswered.answer(vec![last_reply(one, 5), last_reply(two, 0)]);
        assert_eq!(failed.await.unwrap().unwrap_err().code(), Code::NotFound);
        assert_eq!(fine.await.unwrap().unwrap().id, two);
    }

    #[tokio::test]
    async fn gathers_the_replies_of_a_search() {
        let unanswered = Unanswered::default();
        let (id, answer) = unanswered.add().unwrap();
        let mut end = entry_reply(id, "b");
        end.status = Some(v1::CallStatus::default());
        unanswered.answer(vec![entry_reply(id, "a")]);
        unanswered.answer(vec![end]);
        let Some(Reply::Search(search)) = answer.await.unwrap().unwrap().reply else { panic!("no search") };
        assert_eq!(search.entries.iter().map(|entry| entry.dn.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[tokio::test]
    async fn a_broken_stream_ends_every_call_that_waits() {
        let unanswered = Unanswered::default();
        let (_, answer) = unanswered.add().unwrap();
        unanswered.fail(Error::new(Code::Unavailable, "gone"));
        assert_eq!(answer.await.unwrap().unwrap_err().code(), Code::Unavailable);
        assert_eq!(unanswered.add().unwrap_err().code(), Code::Unavailable);
    }
}
