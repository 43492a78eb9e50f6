use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tonic::{Code, IntoRequest};

use crate::session::{duration, Session};
use crate::v1::{self, bind_credentials::Method};
use crate::{Error, Gateway, Pipeline, SearchStream};

/// W3C trace context; empty fields are not sent.
#[derive(Clone, Debug, Default)]
pub struct TraceContext {
    pub traceparent: String,
    pub tracestate: String,
}

pub(crate) type TraceContextSource = Arc<dyn Fn() -> TraceContext + Send + Sync>;
type OnReopen = Arc<dyn Fn(&v1::Session) + Send + Sync>;

/// What a lease is opened with.
#[derive(Clone)]
pub struct LeaseOptions {
    /// `None` = anonymous. See also [`LeaseOptions::simple`].
    pub credentials: Option<v1::BindCredentials>,
    /// A directory of the gateway's configuration; empty = its default.
    pub target: String,
    /// Shown to operators; no secrets.
    pub label: String,
    /// Wanted idle time to live; `None` = the gateway's default.
    pub ttl: Option<Duration>,
    /// Of each call that sets none by `Request::set_timeout`. A search is one call, to its last entry.
    pub timeout: Duration,
    /// Asked for each call that has no `traceparent` in its metadata.
    pub trace_context: Option<TraceContextSource>,
    /// Called when a lost lease was replaced, by the call that found that out; log it and count it.
    pub on_reopen: Option<OnReopen>,
}

impl Default for LeaseOptions {
    fn default() -> Self {
        Self {
            credentials: None,
            target: String::new(),
            label: String::new(),
            ttl: None,
            timeout: Duration::from_secs(30),
            trace_context: None,
            on_reopen: None,
        }
    }
}

impl LeaseOptions {
    /// A simple bind.
    pub fn simple(dn: &str, password: &str) -> Self {
        Self { credentials: Some(simple_bind(dn, password)), ..Self::default() }
    }
}

pub(crate) fn simple_bind(dn: &str, password: &str) -> v1::BindCredentials {
    let simple = v1::SimpleBind { dn: dn.into(), password: password.into(), ..Default::default() };
    v1::BindCredentials { method: Some(Method::Simple(simple)) }
}

/// One bound identity at the directory. Share it by reference or `Arc`.
///
/// It renews itself when idle. When the gateway says that it is gone, the call that heard so, which the gateway has not
/// begun, opens a new one with the same credentials and is made again, once. Nothing else is repeated.
///
/// End it by [`unbind`](Lease::unbind), or use [`Lease::with`]. Dropping it unbinds too, in a task of its own that nobody
/// awaits: a runtime that stops at once does not finish it, and the lease then ends when its time is over.
pub struct Lease {
    session: Arc<Session>,
    keep_alive: tokio::task::JoinHandle<()>,
}

impl Lease {
    /// Within a tokio runtime.
    pub async fn open(gateway: &Gateway, options: LeaseOptions) -> Result<Self, Error> {
        let session = Arc::new(Session::open(gateway, options).await?);
        let renewed = session.clone();
        let keep_alive = tokio::spawn(async move { renewed.keep_alive().await });
        Ok(Self { session, keep_alive })
    }

    /// Runs `work` with a lease and unbinds it afterwards, whatever `work` returned.
    pub async fn with<T, E: From<Error>>(
        gateway: &Gateway,
        options: LeaseOptions,
        work: impl AsyncFnOnce(&Lease) -> Result<T, E>,
    ) -> Result<T, E> {
        let lease = Self::open(gateway, options).await?;
        let result = work(&lease).await;
        let unbound = lease.unbind().await;
        let value = result?;
        unbound?;
        Ok(value)
    }

    /// Whole entries, as they come. Dropping the stream cancels, and so abandons. Waits for the first of them.
    pub async fn search(&self, request: impl IntoRequest<v1::SearchRequest>) -> Result<SearchStream, Error> {
        let begin = |request| SearchStream::begin(self.session.directory(), request);
        self.session.call(request, Some(self.session.timeout()), begin).await
    }

    pub async fn get_entry(
        &self,
        request: impl IntoRequest<v1::GetEntryRequest>,
    ) -> Result<v1::GetEntryResponse, Error> {
        self.session.operate(request, |mut d, r| async move { d.get_entry(r).await }).await
    }

    /// True if the entry has that value.
    pub async fn compare(&self, request: impl IntoRequest<v1::CompareRequest>) -> Result<bool, Error> {
        let answer = self.session.operate(request, |mut d, r| async move { d.compare(r).await }).await?;
        Ok(answer.matched)
    }

    /// `""` = anonymous, else `dn:...` or `u:...`.
    pub async fn who_am_i(&self) -> Result<String, Error> {
        let request = v1::WhoAmIRequest::default();
        let answer = self.session.operate(request, |mut d, r| async move { d.who_am_i(r).await }).await?;
        Ok(answer.authorization_id)
    }

    pub async fn get_root_dse(&self) -> Result<v1::GetRootDseResponse, Error> {
        let request = v1::GetRootDseRequest::default();
        self.session.operate(request, |mut d, r| async move { d.get_root_dse(r).await }).await
    }

    pub async fn get_schema(
        &self,
        request: impl IntoRequest<v1::GetSchemaRequest>,
    ) -> Result<v1::GetSchemaResponse, Error> {
        self.session.operate(request, |mut d, r| async move { d.get_schema(r).await }).await
    }

    pub async fn add(&self, request: impl IntoRequest<v1::AddRequest>) -> Result<v1::AddResponse, Error> {
        self.session.operate(request, |mut d, r| async move { d.add(r).await }).await
    }

    pub async fn modify(&self, request: impl IntoRequest<v1::ModifyRequest>) -> Result<v1::ModifyResponse, Error> {
        self.session.operate(request, |mut d, r| async move { d.modify(r).await }).await
    }

    pub async fn delete(&self, request: impl IntoRequest<v1::DeleteRequest>) -> Result<v1::DeleteResponse, Error> {
        self.session.operate(request, |mut d, r| async move { d.delete(r).await }).await
    }

    pub async fn modify_dn(
        &self,
        request: impl IntoRequest<v1::ModifyDnRequest>,
    ) -> Result<v1::ModifyDnResponse, Error> {
        self.session.operate(request, |mut d, r| async move { d.modify_dn(r).await }).await
    }

    pub async fn change_password(
        &self,
        request: impl IntoRequest<v1::ChangePasswordRequest>,
    ) -> Result<v1::ChangePasswordResponse, Error> {
        self.session.operate(request, |mut d, r| async move { d.change_password(r).await }).await
    }

    pub async fn extended(
        &self,
        request: impl IntoRequest<v1::ExtendedRequest>,
    ) -> Result<v1::ExtendedResponse, Error> {
        self.session.operate(request, |mut d, r| async move { d.extended(r).await }).await
    }

    /// Many operations on one stream: the cheapest way to look things up.
    pub async fn pipeline(&self) -> Result<Pipeline, Error> {
        Pipeline::open(self.session.clone()).await
    }

    /// A content and its changes (RFC 4533), until the stream is dropped. Never repeated: the last cookie resumes it.
    pub async fn sync(
        &self,
        request: impl IntoRequest<v1::SyncRequest>,
    ) -> Result<tonic::Streaming<v1::SyncResponse>, Error> {
        let begin = |request| {
            let mut directory = self.session.directory();
            async move { directory.sync(request).await }
        };
        Ok(self.session.call(request, None, begin).await?.into_inner())
    }

    /// Holds the lease and tells of its life, until the stream is dropped; tethered, the lease ends when this program does.
    pub async fn hold(
        &self,
        request: impl IntoRequest<v1::HoldSessionRequest>,
    ) -> Result<tonic::Streaming<v1::HoldSessionResponse>, Error> {
        let begin = |request| {
            let mut sessions = self.session.sessions();
            async move { sessions.hold_session(request).await }
        };
        Ok(self.session.call(request, None, begin).await?.into_inner())
    }

    /// Ends the running operation of that name. False when there is none.
    pub async fn abandon(&self, operation_id: &str) -> Result<bool, Error> {
        let request = v1::AbandonRequest { operation_id: operation_id.into(), ..Default::default() };
        Ok(self.session.operate(request, |mut d, r| async move { d.abandon(r).await }).await?.found)
    }

    /// The lease as the gateway sees it, with what runs on it.
    pub async fn describe(&self) -> Result<v1::GetSessionResponse, Error> {
        let send = |request| {
            let mut sessions = self.session.sessions();
            async move { sessions.get_session(request).await }
        };
        let timeout = Some(self.session.timeout());
        let answer = self.session.call(v1::GetSessionRequest::default(), timeout, send).await?;
        Ok(answer.into_inner())
    }

    /// Ends the lease. True if it was active; false too when it had been unbound before.
    pub async fn unbind(&self) -> Result<bool, Error> {
        self.keep_alive.abort();
        // A task of its own: whoever stops waiting for it (a timeout, a select) has not stopped it.
        let session = self.session.clone();
        let unbound = tokio::spawn(async move { session.unbind().await }).await;
        unbound.unwrap_or_else(|_| Err(Error::new(Code::Cancelled, "the runtime stopped")))
    }

    /// Public id, safe in logs; another one after a reopening.
    pub fn id(&self) -> String {
        self.session.description().session_id
    }

    /// Granted idle time to live.
    pub fn ttl(&self) -> Duration {
        duration(self.session.description().ttl.as_ref())
    }

    /// A secret: whoever has it, and this caller's identity, has the lease.
    pub fn token(&self) -> String {
        self.session.token()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.keep_alive.abort();
        if self.session.is_over() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let session = self.session.clone();
            runtime.spawn(async move { session.unbind().await });
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("id", &self.id()).finish_non_exhaustive()
    }
}
