//! scenario NAME: what tests/clients/run does with this client, while it watches the directory's log. Prints "ok NAME" last.
use std::env::var;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use dirlease_client::v1::{self, modification::Type, session_service_client::SessionServiceClient};
use dirlease_client::{Code, Error, Gateway, Lease, LeaseOptions};
use tonic::Request;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result {
    let name = std::env::args().nth(1).unwrap_or_default();
    let gateway = Gateway::plaintext(&address())?;
    match name.as_str() {
        "early-exit" => early_exit(&gateway).await?,
        "exception" => exception(&gateway).await?,
        "killed" => killed(&gateway).await?,
        "reopen" => reopen(&gateway).await?,
        "errors" => errors(&gateway).await?,
        "pipeline" => pipeline(&gateway).await?,
        "keepalive" => keepalive(&gateway).await?,
        _ => return Err("no scenario of that name".into()),
    }
    println!("ok {name}");
    Ok(())
}

async fn early_exit(gateway: &Gateway) -> Result {
    Lease::with(gateway, options("early-exit"), async |lease| {
        let mut people = lease.search(all_people()).await?;
        for _ in 0..10 {
            people.next().await.expect("ten people")?;
        }
        drop(people);
        println!("{}", lease.who_am_i().await?);
        Ok(())
    })
    .await
}

async fn exception(gateway: &Gateway) -> Result {
    let result: Result = Lease::with(gateway, options("exception"), async |lease| {
        assert!(lease.compare(is_user_1()).await?);
        Err("mine".into())
    })
    .await;
    assert_eq!(result.expect_err("an error").to_string(), "mine");
    println!("caught");
    Ok(())
}

async fn killed(gateway: &Gateway) -> Result {
    let lease = Lease::open(gateway, options("killed")).await?;
    let grace = "0.2s".parse().ok();
    let tether = v1::HoldSessionRequest { tether: true, tether_grace: grace, ..Default::default() };
    let mut hold = lease.hold(tether).await?;
    let held = hold.message().await?.expect("a first event");
    assert_eq!(held.event(), v1::hold_session_response::Event::Held);
    let mut people = lease.search(all_people()).await?;
    people.next().await.expect("a first entry")?;
    println!("reading");
    std::future::pending().await
}

async fn reopen(gateway: &Gateway) -> Result {
    let reopened = Arc::new(AtomicUsize::new(0));
    let lose_again = Arc::new(AtomicBool::new(false));
    let lease = Arc::new(OnceLock::<Lease>::new());
    let on_reopen = {
        let (reopened, lose_again, lease) = (reopened.clone(), lose_again.clone(), lease.clone());
        move |_: &v1::Session| {
            reopened.fetch_add(1, SeqCst);
            if lose_again.load(SeqCst) {
                let token = lease.get().expect("opened").token();
                let runtime = tokio::runtime::Handle::current();
                tokio::task::block_in_place(|| runtime.block_on(unbind_behind_its_back(token))).expect("unbind");
            }
        }
    };
    let options = LeaseOptions { on_reopen: Some(Arc::new(on_reopen)), ..options("reopen") };
    let lease = lease.get_or_init(|| {
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(Lease::open(gateway, options)))
            .expect("a lease")
    });

    let before = lease.id();
    unbind_behind_its_back(lease.token()).await?;
    assert!(lease.compare(is_user_1()).await?);
    println!("lease id changed: {}", if lease.id() == before { "no" } else { "yes" });
    assert_eq!(reopened.load(SeqCst), 1);

    lose_again.store(true, SeqCst);
    unbind_behind_its_back(lease.token()).await?;
    let error = told("second loss", lease.compare(is_user_1()).await);
    assert!(error.session_lost());
    assert_eq!(reopened.load(SeqCst), 2);

    lose_again.store(false, SeqCst);
    let mut user_1 = lease.search(v1::SearchRequest { filter: "(uid=user.1)".into(), ..all_people() }).await?;
    assert!(user_1.next().await.expect("user.1")?.dn.starts_with("uid=user.1,"));
    assert!(user_1.next().await.is_none());
    assert_eq!(reopened.load(SeqCst), 3);
    unbind_behind_its_back(lease.token()).await?;
    let pipeline = lease.pipeline().await?;
    assert!(pipeline.submit(is_user_1()).await?.await?.matched);
    pipeline.close().await?;
    assert_eq!(reopened.load(SeqCst), 4);
    lease.unbind().await?;
    Ok(())
}

async fn errors(gateway: &Gateway) -> Result {
    Lease::with(gateway, options("errors"), async |lease| {
        let missing = told("missing entry", lease.get_entry(person("nobody")).await);
        let ldap = missing.ldap().expect("the directory's answer");
        assert_eq!((missing.code(), ldap.code, ldap.name.as_str()), (Code::NotFound, 32, "noSuchObject"));
        assert_eq!(ldap.matched_dn, format!("ou=people,{}", base()));

        let attribute =
            v1::Attribute { r#type: "noSuchAttributeType".into(), text_values: vec!["x".into()], ..Default::default() };
        let change = v1::Modification { r#type: Type::Add.into(), attribute: Some(attribute) };
        let modify = v1::ModifyRequest { dn: dn("user.1"), modifications: vec![change], ..Default::default() };
        let refused = told("refused write", lease.modify(modify).await);
        let ldap = refused.ldap().expect("the directory's answer");
        assert_eq!(ldap.code, 17);
        assert!(!ldap.diagnostic_message.is_empty());

        let search = v1::SearchRequest { filter: "(uid=".into(), ..all_people() };
        let malformed = told("malformed filter", lease.search(search).await);
        assert_eq!((malformed.code(), malformed.field()), (Code::InvalidArgument, "filter"));
        Ok(())
    })
    .await
}

async fn pipeline(gateway: &Gateway) -> Result {
    const LOOKUPS: usize = 1000;
    const MISSING: usize = 500;
    let uid = |number| if number == MISSING { "nobody".into() } else { format!("user.{}", number % 90) };
    Lease::with(gateway, options("pipeline"), async |lease| {
        let pipeline = lease.pipeline().await?;
        let all = pipeline.submit(all_people()).await?;
        pipeline.abandon(&all).await?;
        let mut answers = Vec::new();
        for number in 0..LOOKUPS {
            answers.push(pipeline.submit(person(&uid(number))).await?);
        }
        for (number, answer) in answers.into_iter().enumerate() {
            match answer.await {
                Ok(answer) => assert_eq!(answer.entry.expect("an entry").dn, dn(&uid(number))),
                Err(error) => {
                    let error = told::<()>("missing", Err(error));
                    assert_eq!((number, error.ldap().map(|ldap| ldap.code)), (MISSING, Some(32)));
                }
            }
        }
        assert_eq!(told("abandoned", all.await).code(), Code::Cancelled);
        pipeline.close().await?;
        Ok(())
    })
    .await
}

async fn keepalive(gateway: &Gateway) -> Result {
    let reopened = Arc::new(AtomicBool::new(false));
    let heard = reopened.clone();
    let options = LeaseOptions {
        ttl: Some(Duration::from_millis(1)), // The gateway grants its shortest.
        on_reopen: Some(Arc::new(move |_| heard.store(true, SeqCst))),
        ..options("keepalive")
    };
    let lease = Lease::open(gateway, options).await?;
    println!("idle for longer than {:?}", lease.ttl());
    tokio::time::sleep(lease.ttl() * 3 / 2).await;
    println!("{}", lease.who_am_i().await?);
    assert!(!reopened.load(SeqCst), "the first lease is alive");

    let token = lease.token();
    drop(lease);
    while is_active(&token).await? {} // Dropping unbinds too, in a task of its own.
    Ok(())
}

/// As another client that knows the token would.
async fn unbind_behind_its_back(token: String) -> Result {
    let mut client = SessionServiceClient::connect(format!("http://{}", address())).await?;
    let answer = client.unbind(on_lease(&token, v1::UnbindRequest::default())?).await?;
    assert!(answer.into_inner().was_active);
    Ok(())
}

/// With the token where a proxy looks for it.
fn on_lease<T>(token: &str, message: T) -> Result<Request<T>> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("ldap-session", token.parse()?);
    Ok(request)
}

async fn is_active(token: &str) -> Result<bool> {
    let mut client = SessionServiceClient::connect(format!("http://{}", address())).await?;
    match client.get_session(on_lease(token, v1::GetSessionRequest::default())?).await {
        Ok(_) => Ok(true),
        Err(status) => {
            assert!(Error::from(status).session_lost());
            Ok(false)
        }
    }
}

/// The error that something ended with.
fn told<T>(what: &str, result: std::result::Result<T, Error>) -> Error {
    let error = result.err().expect(what);
    println!("{what}: {error}");
    error
}

fn address() -> String {
    var("DIRLEASE_ADDRESS").expect("DIRLEASE_ADDRESS")
}

fn base() -> String {
    var("DIRLEASE_BASE").expect("DIRLEASE_BASE")
}

fn dn(uid: &str) -> String {
    format!("uid={uid},ou=people,{}", base())
}

fn options(label: &str) -> LeaseOptions {
    let dn = var("DIRLEASE_BIND_DN").expect("DIRLEASE_BIND_DN");
    let password = var("DIRLEASE_BIND_PASSWORD").expect("DIRLEASE_BIND_PASSWORD");
    LeaseOptions { label: label.into(), ..LeaseOptions::simple(&dn, &password) }
}

fn all_people() -> v1::SearchRequest {
    v1::SearchRequest {
        base_dn: base(),
        filter: "(objectClass=person)".into(),
        auto_page_size: Some(0),
        ..Default::default()
    }
}

fn person(uid: &str) -> v1::GetEntryRequest {
    v1::GetEntryRequest { dn: dn(uid), ..Default::default() }
}

fn is_user_1() -> v1::CompareRequest {
    v1::CompareRequest {
        dn: dn("user.1"),
        attribute_type: "uid".into(),
        assertion: Some(v1::compare_request::Assertion::TextValue("user.1".into())),
        ..Default::default()
    }
}
