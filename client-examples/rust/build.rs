//! Generates messages and stubs from the contract. Needs `protoc`.
fn main() -> std::io::Result<()> {
    let folder = std::env::var("DIRLEASE_PROTO_DIR").unwrap_or_else(|_| "../../proto".into());
    println!("cargo:rerun-if-env-changed=DIRLEASE_PROTO_DIR");
    let mut messages = tonic_prost_build::Config::new();
    messages.enable_type_names();
    tonic_prost_build::configure().build_server(false).compile_with_config(
        messages,
        &[
            format!("{folder}/dirlease/v1/session_service.proto"),
            format!("{folder}/dirlease/v1/directory_service.proto"),
            format!("{folder}/google/rpc/status.proto"),
            format!("{folder}/google/rpc/error_details.proto"),
        ],
        &[folder],
    )
}
