//! `crm mcp`: five tools over standard input and output, for programs that speak the Model Context Protocol.
//!
//! Clients do not check arguments, and ask nobody before a tool that destroys data. So arguments are checked here, and
//! writes are refused unless the person who starts the server allows them.

mod calls;
mod lines;
mod tools;

use std::sync::Arc;

use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig,
};
use rmcp::service::{RequestContext, RoleServer, serve_server};
use serde_json::Value;

use crate::cli::Options;
use crate::failure::Failure;
use crate::session::Session;
use calls::Calls;

const INSTRUCTIONS: &str = "Operations of HubSpot, HoopAI, HockeyStack and Hatch. First `find` the operation, then \
`describe` it, then `read` or `write`. Failed writes say whether they may have happened: look before you repeat them.";

/// The size in bytes of the buffer for lines.
const BUFFER: usize = 64 * 1024;

/// Serves until the input ends.
pub(crate) async fn serve(options: &Options) -> Result<(), Failure> {
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let server = Server { calls: Arc::new(Calls { session, yes: options.yes }) };
    let (input, on) = tokio::io::duplex(BUFFER);
    tokio::spawn(lines::pass(tokio::io::stdin(), on, tokio::io::stdout()));
    let transport = (input, tokio::io::stdout());
    let running = serve_server(server, transport).await;
    let running = running.map_err(|_| Failure::usage("the client closed the input, or did not speak MCP"))?;
    let ended = running.waiting().await;
    ended.map(drop).map_err(|error| Failure::other(format!("the server stopped: {error}")))
}

struct Server {
    calls: Arc<Calls>,
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("crm", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        // A call may be dropped at any point, so a cancelled one stops within its request.
        let answer = tokio::select! {
            answer = self.calls.call(&request.name, arguments) => answer,
            () = context.ct.cancelled() => Err(Failure::cancelled(request.name == "write")),
        };
        Ok(match answer {
            Ok(answer) => CallToolResult::success(vec![ContentBlock::text(text(&answer))]),
            Err(failure) => CallToolResult::error(vec![ContentBlock::text(failure.as_json().to_string())]),
        }
        .into())
    }
}

/// Text as it is, everything else as JSON without indentation.
fn text(answer: &Value) -> String {
    match answer {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
