//! `crm mcp`: six tools for programs that speak the Model Context Protocol, over standard input and output or over HTTP.
//!
//! Clients do not check arguments, and ask nobody before a tool that destroys data. So arguments are checked here, writes
//! are refused unless the person who starts the server allows them, and what destroys data or changes many rows needs a
//! confirmation.

mod batch;
mod bounded;
mod calls;
mod files;
mod given;
mod http;
mod plan;
mod progress;
mod shared;
mod stdio;
mod tools;
mod turn;
mod under_way;
mod whole;

use std::path::Path;
use std::sync::Arc;

use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, CustomRequest, CustomResult, ErrorCode,
    ErrorData, Implementation, ListResourcesResult, ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams,
    ReadResourceResponse, ReadResourceResult, ServerCapabilities, ServerConfig,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;
use tokio::sync::{OnceCell, mpsc};

use crate::catalogue::Api;
use crate::failure::Failure;
use crate::options::{Opt, Options};
use crate::schema::Checks;
use crate::session::Session;
use crate::waits;
use files::Folder;
use given::Given;
use plan::Used;
use shared::Shared;
use turn::{Answer, Stop, Turn};
use under_way::UnderWay;

/// They follow the names of the vendors.
const INSTRUCTIONS: &str = "First `find` the operation, then `describe` it, then `read`, `write` or `batch`. \
Failed writes say whether they may have happened: look before you repeat them.";

/// Serves until the input ends, or over HTTP at an address. Files are written to and read from `files` only.
pub(crate) async fn serve(options: &Options, files: Option<&str>, http: Option<&str>) -> Result<(), Failure> {
    refuse(options)?;
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let shared = Shared {
        schema: Checks::open(options, &session)?,
        session,
        profile: options.profile.clone().unwrap_or_default(),
        yes: options.yes,
        folder: files.map(|folder| Folder::open(Path::new(folder))).transpose()?,
        hubspot: OnceCell::new(),
        used: Used::default(),
        under_way: UnderWay::default(),
    };
    let server = Server { shared: Arc::new(shared) };
    match http {
        Some(address) => http::serve(server, address).await,
        None => stdio::serve(server).await,
    }
}

/// Refuses the options that the tools do not follow.
fn refuse(options: &Options) -> Result<(), Failure> {
    let refused = [
        (Opt::DryRun, ": the tools write and batch take dry_run"),
        (Opt::All, ": the tool read takes all"),
        (Opt::Format, ": replies are always JSON"),
        (Opt::Jq, ": replies are those of the protocol"),
    ];
    refused
        .into_iter()
        .try_for_each(|(option, text)| options.refuse("mcp", &[option]).map_err(|failure| failure.and(text)))
}

#[derive(Clone)]
struct Server {
    shared: Arc<Shared>,
}

impl Server {
    /// Calls a tool, and reports its waits.
    async fn answer(&self, tool: &str, given: &Given, turn: &Turn) -> Result<Answer, Stop> {
        let (told, mut heard) = mpsc::unbounded_channel();
        let mut call = std::pin::pin!(waits::told(told, self.shared.call(tool, given, turn)));
        loop {
            tokio::select! {
                answer = &mut call => return answer,
                Some(wait) = heard.recv() => turn.progress.waits(wait).await,
            }
        }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let tools = ServerCapabilities::builder().enable_tools();
        let capabilities = match self.shared.folder {
            Some(_) => tools.enable_resources().build(),
            None => tools.build(),
        };
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("crm", env!("CARGO_PKG_VERSION")))
            .with_instructions(format!("Operations of {}. {INSTRUCTIONS}", Api::titles()))
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
        mut request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let cancelled = context.ct.clone();
        let arguments = request.arguments.take().unwrap_or_default();
        let turn = Turn::new(&mut request, context);
        let answer = match Given::new(&request.name, arguments) {
            Ok(given) => {
                let writes = tools::writes(&request.name) && !given.flag("dry_run");
                let _counted = self.shared.under_way.begin(writes);
                // A call may be dropped at any point, so a cancelled one stops within its request.
                tokio::select! {
                    answer = self.answer(&request.name, &given, &turn) => answer,
                    () = cancelled.cancelled() => Err(Failure::cancelled(writes).into()),
                }
            }
            Err(failure) => Err(failure.into()),
        };
        Ok(match answer {
            Ok(answer) => CallToolResult::success(content(answer)).into(),
            Err(Stop::Failed(answer)) => CallToolResult::error(content(*answer)).into(),
            Err(Stop::Asks(question)) => (*question).into(),
        })
    }

    /// Answers a request whose params the library cannot read, which it takes for one of an unknown method.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let method = request.method;
        Err(match method.as_str() {
            "tools/call" => {
                let fault = tools::fault(request.params.as_ref());
                ErrorData::invalid_params(format!("the params of tools/call are malformed: {fault}"), None)
            }
            "initialize" | "resources/read" | "resources/list" | "tools/list" => {
                ErrorData::invalid_params(format!("the params of {method} are malformed"), None)
            }
            _ => ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method, None),
        })
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(self.shared.folder.as_ref().map(Folder::list).unwrap_or_default()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let none = || ErrorData::resource_not_found("there is no folder for files", None);
        let content = self.shared.folder.as_ref().ok_or_else(none)?.read(&request.uri)?;
        Ok(ReadResourceResult::new(vec![content]).into())
    }
}

fn content(answer: Answer) -> Vec<ContentBlock> {
    let text = ContentBlock::text(text(&answer.value));
    std::iter::once(text).chain(answer.file.map(ContentBlock::resource_link)).collect()
}

/// Text as it is, everything else as JSON without indentation.
fn text(answer: &Value) -> String {
    match answer {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
