//! Looks up 10,000 people through a pipeline: submit many, then await each.
use std::env::var;
use std::time::Instant;

use dirlease_client::{v1, Gateway, Lease, LeaseOptions};

const PEOPLE: usize = 10_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = var("DIRLEASE_BASE")?;
    let gateway = Gateway::plaintext(&var("DIRLEASE_ADDRESS")?)?;
    let options = LeaseOptions::simple(&var("DIRLEASE_BIND_DN")?, &var("DIRLEASE_BIND_PASSWORD")?);
    let lease = Lease::open(&gateway, LeaseOptions { label: "lookup".into(), ..options }).await?;

    let begin = Instant::now();
    let pipeline = lease.pipeline().await?;
    let mut answers = Vec::with_capacity(PEOPLE);
    for number in 0..PEOPLE {
        let request = v1::SearchRequest {
            base_dn: format!("ou=people,{base}"),
            filter: "(uid={0})".into(),
            filter_args: vec![format!("user.{number}")],
            ..Default::default()
        };
        answers.push(pipeline.submit(request).await?);
    }
    let mut found = 0;
    for answer in answers {
        found += answer.await?.entries.len();
    }
    pipeline.close().await?;
    let rate = PEOPLE as f64 / begin.elapsed().as_secs_f64();
    println!("{found} of {PEOPLE} found, {rate:.0} a second");

    lease.unbind().await?;
    if found == PEOPLE {
        Ok(())
    } else {
        Err("not everybody was found".into())
    }
}
