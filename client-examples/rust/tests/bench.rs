//! bench gateway|direct: client CPU and rate of 10,000 point lookups and of a search of 10,000 entries, as JSON lines: through
//! the gateway by a pipeline, or by the ldap3 crate straight to the directory, one lookup after the other and 64 at once.
use std::env::var;
use std::future::Future;
use std::time::Instant;

use dirlease_client::{v1, Gateway, Lease, LeaseOptions};
use ldap3::{LdapConnAsync, Scope, SearchEntry};

const PEOPLE: usize = 10_000;
const EVERYBODY: &str = "(objectClass=person)";

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result {
    match std::env::args().nth(1).as_deref() {
        Some("gateway") => gateway().await,
        Some("direct") => direct().await,
        _ => Err("gateway or direct?".into()),
    }
}

async fn gateway() -> Result {
    let (base, dn, password) = settings()?;
    let gateway = Gateway::plaintext(&var("DIRLEASE_ADDRESS")?)?;
    let lease = Lease::open(&gateway, LeaseOptions::simple(&dn, &password)).await?;
    let find = |filter: String| v1::SearchRequest { base_dn: base.clone(), filter, ..Default::default() };

    measure("lookup", "dirlease", "pipeline", async {
        let pipeline = lease.pipeline().await?;
        let mut answers = Vec::with_capacity(PEOPLE);
        for number in 0..PEOPLE {
            answers.push(pipeline.submit(find(format!("(uid=user.{number})"))).await?);
        }
        let mut found = 0;
        for answer in answers {
            found += answer.await?.entries.len();
        }
        pipeline.close().await?;
        Ok(found)
    })
    .await?;
    measure("search", "dirlease", "1", async {
        let mut people = lease.search(find(EVERYBODY.into())).await?;
        let mut found = 0;
        while let Some(person) = people.next().await {
            found += usize::from(!person?.attributes.is_empty());
        }
        Ok(found)
    })
    .await?;
    lease.unbind().await?;
    Ok(())
}

async fn direct() -> Result {
    let (base, dn, password) = settings()?;
    let (connection, mut ldap) = LdapConnAsync::new(&var("DIRLEASE_LDAP_URI")?).await?;
    ldap3::drive!(connection);
    ldap.simple_bind(&dn, &password).await?.success()?;

    for outstanding in [1, 64] {
        measure("lookup", "ldap3", &outstanding.to_string(), async {
            let callers = (0..outstanding).map(|first| {
                let (mut ldap, base) = (ldap.clone(), base.clone());
                tokio::spawn(async move {
                    let mut found = 0;
                    for number in (first..PEOPLE).step_by(outstanding) {
                        found += search(&mut ldap, &base, &format!("(uid=user.{number})")).await?;
                    }
                    Result::Ok(found)
                })
            });
            let mut found = 0;
            for caller in callers.collect::<Vec<_>>() {
                found += caller.await??;
            }
            Ok(found)
        })
        .await?;
    }
    measure("search", "ldap3", "1", async { search(&mut ldap.clone(), &base, EVERYBODY).await }).await?;
    ldap.unbind().await?;
    Ok(())
}

/// How many entries there are; each is decoded.
async fn search(ldap: &mut ldap3::Ldap, base: &str, filter: &str) -> Result<usize> {
    let mut entries = ldap.streaming_search(base, Scope::Subtree, filter, vec!["*"]).await?;
    let mut found = 0;
    while let Some(entry) = entries.next().await? {
        found += usize::from(!SearchEntry::construct(entry).attrs.is_empty());
    }
    entries.finish().await.success()?;
    Ok(found)
}

async fn measure(what: &str, library: &str, outstanding: &str, work: impl Future<Output = Result<usize>>) -> Result {
    let (begin, before) = (Instant::now(), cpu_seconds());
    let found = work.await?;
    assert_eq!(found, PEOPLE);
    let (took, used) = (begin.elapsed().as_secs_f64(), cpu_seconds() - before);
    let people = PEOPLE as f64;
    let (per_second, cpu_us) = (people / took, used * 1e6 / people);
    println!(
        "{{\"what\": \"{what}\", \"library\": \"{library}\", \"outstanding\": \"{outstanding}\", \
         \"per_second\": {per_second:.0}, \"cpu_us\": {cpu_us:.1}}}"
    );
    Ok(())
}

fn cpu_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call only writes to `time`.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn settings() -> Result<(String, String, String)> {
    Ok((format!("ou=people,{}", var("DIRLEASE_BASE")?), var("DIRLEASE_BIND_DN")?, var("DIRLEASE_BIND_PASSWORD")?))
}
