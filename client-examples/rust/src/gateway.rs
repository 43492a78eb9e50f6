use std::time::Duration;

use tonic::transport::{Channel, ClientTlsConfig, Endpoint};
use tonic::Code;

use crate::v1::{self, session_service_client::SessionServiceClient};
use crate::{deadline::within, lease::simple_bind, Error};

const VERIFY_TIMEOUT: Duration = Duration::from_secs(30);

/// Where the gateway is and how it is reached: one for a program, shared by all its leases. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gateway {
    pub(crate) channel: Channel,
}

impl Gateway {
    /// Plaintext: for loopback and meshes that encrypt. Connects when it is first used.
    pub fn plaintext(address: &str) -> Result<Self, Error> {
        Ok(Self { channel: endpoint(format!("http://{address}"))?.connect_lazy() })
    }

    /// TLS; mutual TLS when `tls` has an [`Identity`](crate::Identity).
    pub fn tls(address: &str, tls: ClientTlsConfig) -> Result<Self, Error> {
        let endpoint = endpoint(format!("https://{address}"))?.tls_config(tls);
        Ok(Self { channel: endpoint.map_err(invalid)?.connect_lazy() })
    }

    /// Is this password right? No lease needed. An `Err` means that the directory could not tell.
    pub async fn verify(&self, dn: &str, password: &str) -> Result<bool, Error> {
        let request = tonic::Request::new(v1::VerifyCredentialsRequest {
            credentials: Some(simple_bind(dn, password)),
            ..Default::default()
        });
        let mut client = SessionServiceClient::new(self.channel.clone());
        let answer = within(Some(VERIFY_TIMEOUT), request, async |r| client.verify_credentials(r).await).await?;
        Ok(answer.into_inner().valid)
    }
}

fn endpoint(uri: String) -> Result<Endpoint, Error> {
    let endpoint = Endpoint::from_shared(uri).map_err(invalid)?;
    // Small messages: waiting for more to send would cost 40 ms now and then.
    let endpoint = endpoint.tcp_nodelay(true);
    // A peer that vanished without a word is noticed within 40 s, also by streams, which have no deadline. The gateway
    // allows a ping every 10 s.
    Ok(endpoint.http2_keep_alive_interval(Duration::from_secs(30)).keep_alive_timeout(Duration::from_secs(10)))
}

fn invalid(error: tonic::transport::Error) -> Error {
    Error::new(Code::InvalidArgument, format!("the gateway's address or TLS settings: {error:?}"))
}
