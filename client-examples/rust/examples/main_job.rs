//! The main job: a lease, a stream that is left early, and what else one does at a directory.
use std::env::var;

use dirlease_client::v1::{self, modification::Type};
use dirlease_client::{Gateway, Lease, LeaseOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = var("DIRLEASE_BASE")?;
    let gateway = Gateway::plaintext(&var("DIRLEASE_ADDRESS")?)?;
    let options = LeaseOptions {
        label: "main_job".into(),
        ..LeaseOptions::simple(&var("DIRLEASE_BIND_DN")?, &var("DIRLEASE_BIND_PASSWORD")?)
    };
    Lease::with(&gateway, options, async |lease| main_job(lease, &base).await).await
    // Unbinds, errors or not.
}

async fn main_job(lease: &Lease, base: &str) -> Result<(), Box<dyn std::error::Error>> {
    println!("lease {} of {}", lease.id(), lease.who_am_i().await?);

    let search = v1::SearchRequest {
        base_dn: base.into(),
        filter: "(&(objectClass={0})(uid={1}*))".into(),
        filter_args: vec!["person".into(), "user".into()], // Escaped by the gateway.
        auto_page_size: Some(0),
        ..Default::default()
    };
    let mut people = lease.search(search).await?;
    for _ in 0..10 {
        let Some(entry) = people.next().await else { break };
        println!("  {}", entry?.dn);
    }
    drop(people); // The stream goes away, and so the gateway abandons the search.
    while !lease.describe().await?.operations.is_empty() {} // The cancel is still on its way.
    println!("abandoned: nothing runs on the lease any more");

    let dn = format!("uid=user.1,ou=people,{base}");
    let is_user_1 = v1::CompareRequest {
        dn: dn.clone(),
        attribute_type: "uid".into(),
        assertion: Some(v1::compare_request::Assertion::TextValue("user.1".into())),
        ..Default::default()
    };
    println!("user.1 is user.1: {}", lease.compare(is_user_1).await?);

    let attribute = v1::Attribute {
        r#type: "description".into(),
        text_values: vec!["changed by main_job".into()],
        ..Default::default()
    };
    let change = v1::Modification { r#type: Type::Replace.into(), attribute: Some(attribute) };
    lease.modify(v1::ModifyRequest { dn, modifications: vec![change], ..Default::default() }).await?;

    println!("unbound: {}", lease.unbind().await?); // Lease::with would have done it.
    Ok(())
}
