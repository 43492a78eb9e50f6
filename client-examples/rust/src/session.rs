//! What a lease and its streams share: stubs, the token, the interceptor, and the reopening.

use std::collections::hash_map::RandomState;
use std::future::Future;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tonic::metadata::{Ascii, MetadataMap, MetadataValue};
use tonic::service::{interceptor::InterceptedService, Interceptor};
use tonic::transport::Channel;
use tonic::{Code, IntoRequest, Request, Response, Status};

use crate::deadline::{expired, left, take_timeout, within};
use crate::v1::{self, directory_service_client::DirectoryServiceClient, session_service_client::SessionServiceClient};
use crate::{Error, Gateway, LeaseOptions};

const TOKEN_KEY: &str = "ldap-session";
const BRIEF_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) type Directory = DirectoryServiceClient<InterceptedService<Channel, Dress>>;
pub(crate) type Sessions = SessionServiceClient<InterceptedService<Channel, Dress>>;

struct State {
    token: MetadataValue<Ascii>,
    description: v1::Session,
    /// How often the lease was opened.
    generation: u64,
    last_use: Instant,
    over: bool,
}

/// Streams keep it alive, so a lease may end before they do.
pub(crate) struct Session {
    state: Arc<Mutex<State>>,
    options: LeaseOptions,
    opener: SessionServiceClient<Channel>,
    sessions: Sessions,
    directory: Directory,
    /// Held while opening: one call reopens, the others wait for it.
    opening: tokio::sync::Mutex<()>,
}

/// Gives each call the lease's token, and the trace context if it has none of its own.
#[derive(Clone)]
pub(crate) struct Dress {
    state: Arc<Mutex<State>>,
    trace_context: Option<crate::lease::TraceContextSource>,
}

impl Interceptor for Dress {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let metadata = request.metadata_mut();
        metadata.insert(TOKEN_KEY, lock(&self.state).token.clone());
        add_trace(metadata, self.trace_context.as_ref());
        Ok(request)
    }
}

/// Unless the caller has put one there.
fn add_trace(metadata: &mut MetadataMap, source: Option<&crate::lease::TraceContextSource>) {
    if let (Some(source), false) = (source, metadata.contains_key("traceparent")) {
        let trace = source();
        for (key, value) in [("traceparent", trace.traceparent), ("tracestate", trace.tracestate)] {
            if let (false, Ok(value)) = (value.is_empty(), value.parse()) {
                metadata.insert(key, value);
            }
        }
    }
}

impl Session {
    pub async fn open(gateway: &Gateway, options: LeaseOptions) -> Result<Self, Error> {
        let mut opener = SessionServiceClient::new(gateway.channel.clone());
        let (token, description) = open(&mut opener, &options, options.timeout).await?;
        let last_use = Instant::now();
        Ok(Self::over(gateway, options, State { token, description, generation: 1, last_use, over: false }))
    }

    fn over(gateway: &Gateway, options: LeaseOptions, state: State) -> Self {
        let state = Arc::new(Mutex::new(state));
        let opener = SessionServiceClient::new(gateway.channel.clone());
        let dress = Dress { state: state.clone(), trace_context: options.trace_context.clone() };
        let channel = &gateway.channel;
        Self {
            state,
            options,
            opener,
            sessions: SessionServiceClient::with_interceptor(channel.clone(), dress.clone()),
            directory: DirectoryServiceClient::with_interceptor(channel.clone(), dress)
                .max_decoding_message_size(usize::MAX), // A value too large for one MiB comes alone, whole.
            opening: tokio::sync::Mutex::new(()),
        }
    }

    /// Calls; once more on a lost lease, which `recover` replaces. `send` makes one attempt. The request's own timeout, or
    /// `default_timeout`, is that of all together.
    pub async fn call<T, Sent, Answer>(
        &self,
        request: impl IntoRequest<T>,
        default_timeout: Option<Duration>,
        send: impl Fn(Request<T>) -> Sent,
    ) -> Result<Answer, Error>
    where
        T: Clone,
        Sent: Future<Output = Result<Answer, Status>>,
    {
        let mut request = request.into_request();
        let timeout = take_timeout(request.metadata_mut()).or(default_timeout);
        let end = timeout.map(|timeout| Instant::now() + timeout);
        let (metadata, extensions, message) = request.into_parts();
        let generation = self.lock().generation;
        let attempt = Request::from_parts(metadata.clone(), extensions.clone(), message.clone());
        let first = within(timeout, attempt, async |request| send(request).await).await;
        self.touch();
        match first {
            Ok(answer) => return Ok(answer),
            Err(status) => self.recover(status.into(), generation, left(end)).await?,
        }
        let attempt = Request::from_parts(metadata, extensions, message);
        let second = within(left(end), attempt, async |request| send(request).await).await;
        self.touch();
        Ok(second?)
    }

    /// An operation on the directory, answered once.
    pub async fn operate<T: Clone, Sent, Answer>(
        &self,
        request: impl IntoRequest<T>,
        send: impl Fn(Directory, Request<T>) -> Sent,
    ) -> Result<Answer, Error>
    where
        Sent: Future<Output = Result<Response<Answer>, Status>>,
    {
        let send = |request| send(self.directory(), request);
        Ok(self.call(request, Some(self.options.timeout), send).await?.into_inner())
    }

    /// Reopens a lost lease, or gives `error` back: what else failed may have happened. `generation` is that of the lease
    /// that failed.
    async fn recover(&self, error: Error, generation: u64, timeout: Option<Duration>) -> Result<(), Error> {
        if !error.session_lost() {
            return Err(error);
        }
        let timeout = timeout.unwrap_or(self.options.timeout);
        let reopening = tokio::time::timeout(timeout, self.reopen(error, generation, timeout));
        reopening.await.unwrap_or_else(|_| Err(expired().into()))
    }

    async fn reopen(&self, error: Error, generation: u64, timeout: Duration) -> Result<(), Error> {
        let _opening = self.opening.lock().await;
        if self.lock().generation != generation {
            return Ok(()); // Another call has reopened it already.
        }
        if self.lock().over {
            return Err(error); // Unbound by its owner.
        }
        let (token, description) = open(&mut self.opener.clone(), &self.options, timeout).await?;
        {
            let mut state = self.lock();
            state.token = token;
            state.description = description.clone();
            state.generation += 1;
            state.last_use = Instant::now();
        }
        if let Some(on_reopen) = &self.options.on_reopen {
            on_reopen(&description);
        }
        Ok(())
    }

    /// Once; true if the lease was still active.
    pub async fn unbind(&self) -> Result<bool, Error> {
        let _opening = self.opening.lock().await; // A lease that is being opened is unbound too.
        if std::mem::replace(&mut self.lock().over, true) {
            return Ok(false);
        }
        let (mut sessions, request) = (self.sessions(), Request::new(v1::UnbindRequest::default()));
        let answer = within(Some(BRIEF_TIMEOUT), request, async |r| sessions.unbind(r).await).await?;
        Ok(answer.into_inner().was_active)
    }

    /// Renews the lease whenever it was idle for a third of its time, until it is unbound. A failure meets the next call,
    /// which reopens.
    pub async fn keep_alive(&self) {
        loop {
            let due = {
                let state = self.lock();
                if state.over {
                    return;
                }
                state.last_use + duration(state.description.ttl.as_ref()) / 3
            };
            if due > Instant::now() {
                tokio::time::sleep_until(due.into()).await;
                continue;
            }
            self.touch();
            let (mut sessions, request) = (self.sessions(), Request::new(v1::KeepAliveRequest::default()));
            let _ = within(Some(BRIEF_TIMEOUT), request, async |r| sessions.keep_alive(r).await).await;
        }
    }

    /// The lease was just used: no keep-alive is due.
    pub fn touch(&self) {
        self.lock().last_use = Instant::now();
    }

    pub fn is_over(&self) -> bool {
        self.lock().over
    }

    pub fn token(&self) -> String {
        self.lock().token.to_str().unwrap_or_default().to_owned()
    }

    pub fn description(&self) -> v1::Session {
        self.lock().description.clone()
    }

    pub fn timeout(&self) -> Duration {
        self.options.timeout
    }

    pub fn sessions(&self) -> Sessions {
        self.sessions.clone()
    }

    pub fn directory(&self) -> Directory {
        self.directory.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("nothing panics with the lock held")
}

async fn open(
    opener: &mut SessionServiceClient<Channel>,
    options: &LeaseOptions,
    timeout: Duration,
) -> Result<(MetadataValue<Ascii>, v1::Session), Error> {
    let mut request = Request::new(v1::OpenSessionRequest {
        target: options.target.clone(),
        credentials: options.credentials.clone(),
        ttl: options.ttl.and_then(|ttl| ttl.try_into().ok()),
        label: options.label.clone(),
        request_id: new_uuid(),
        ..Default::default()
    });
    add_trace(request.metadata_mut(), options.trace_context.as_ref());
    let response = within(Some(timeout), request, async |r| opener.open_session(r).await).await?;
    // A proxy may have wrapped the header's token so that calls find their way back: that one is echoed.
    let wrapped = response.metadata().get(TOKEN_KEY).cloned();
    let answer = response.into_inner();
    let token = wrapped.or_else(|| answer.token.parse().ok());
    let mut token = token.ok_or_else(|| Error::new(Code::Internal, "the gateway sent no token"))?;
    token.set_sensitive(true); // Kept out of debug output.
    Ok((token, answer.session.unwrap_or_default()))
}

/// A random one (version 4 of RFC 9562): with it, an OpenSession that is sent twice on the way opens one lease. Nothing secret
/// hangs on it, so the standard library's hash keys are random enough.
fn new_uuid() -> String {
    let random = || RandomState::new().build_hasher().finish();
    let (high, low) = (random() & !0xf000 | 0x4000, random() & !(3 << 62) | 1 << 63);
    format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48, low & ((1 << 48) - 1))
}

pub(crate) fn duration(duration: Option<&prost_types::Duration>) -> Duration {
    duration.and_then(|duration| (*duration).try_into().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::{Message, Name};

    fn lost() -> Status {
        let info = crate::rpc::ErrorInfo { reason: "SESSION_EXPIRED".into(), ..Default::default() };
        let packed = prost_types::Any {
            type_url: format!("type.googleapis.com/{}", crate::rpc::ErrorInfo::full_name()),
            value: info.encode_to_vec(),
        };
        let details = crate::rpc::Status { details: vec![packed], ..Default::default() }.encode_to_vec();
        Status::with_details(Code::Unauthenticated, "gone", details.into())
    }

    #[tokio::test]
    async fn one_deadline_covers_the_reopening_too() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap(); // Nobody accepts.
        let gateway = Gateway::plaintext(&silent.local_addr().unwrap().to_string()).unwrap();
        let state = State {
            token: "token".parse().unwrap(),
            description: v1::Session::default(),
            generation: 1,
            last_use: Instant::now(),
            over: false,
        };
        let session = Session::over(&gateway, LeaseOptions::default(), state);
        let mut request = Request::new(());
        request.set_timeout(Duration::from_millis(50));
        let result = session.call(request, None, |_: Request<()>| async { Err::<(), Status>(lost()) }).await;
        assert_eq!(result.unwrap_err().code(), Code::DeadlineExceeded);
    }

    #[test]
    fn request_ids_are_uuids() {
        let (first, second) = (new_uuid(), new_uuid());
        assert_ne!(first, second);
        let lengths: Vec<usize> = first.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(first.as_bytes()[14], b'4');
        assert!(matches!(first.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }
}
