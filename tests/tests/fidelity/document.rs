//! The vendors' documents as they were imported, before any correction.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// One document of a vendor.
pub(crate) struct Document {
    /// The name below `specs/<vendor>`.
    name: String,
    root: Value,
    /// The vendor's own examples by JSON pointer. The import drops them.
    examples: Map<String, Value>,
    /// The path segments that name this document's type of object.
    object: Vec<String>,
}

/// One operation as a vendor describes it.
pub(crate) struct Described<'a> {
    pub(crate) document: &'a Document,
    pub(crate) method: String,
    /// The template as imported.
    pub(crate) path: String,
    pub(crate) node: &'a Value,
    /// Set if the client has one operation for all types of object.
    pub(crate) folded: Option<Folded>,
    item: &'a Value,
}

/// The path of an operation that all types of object share.
pub(crate) struct Folded {
    pub(crate) path: String,
    pub(crate) parameter: (String, String),
    pub(crate) record: String,
}

/// The members of an object schema, including those of its `allOf`.
#[derive(Default)]
pub(crate) struct Members<'a> {
    /// Name, schema and pointer.
    pub(crate) all: Vec<(&'a str, &'a Value, String)>,
    pub(crate) required: Vec<&'a str>,
    /// Schema and pointer of members that have no name in the document.
    pub(crate) others: Option<(&'a Value, String)>,
}

/// Reads the documents of one API.
pub(crate) fn read(vendor: &str, api: &str) -> (Vec<Document>, Value) {
    let folder = specs().join(vendor);
    let file = json(&folder.join("vendor.json"));
    let described = file["apis"].as_array().into_iter().flatten().find(|one| one["name"] == api);
    let described = described.unwrap_or_else(|| panic!("{vendor}: there is no API `{api}`"));
    let documents = described["documents"].as_object().into_iter().flatten().map(|(name, settings)| {
        let object = ["segment", "object"].iter().filter_map(|key| settings[*key].as_str().map(str::to_owned));
        Document {
            root: json(&folder.join(name)),
            examples: examples(vendor, name),
            object: if settings["object"].is_null() { Vec::new() } else { object.collect() },
            name: name.clone(),
        }
    });
    (documents.collect(), described["fold"].clone())
}

fn specs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs")
}

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Reads the examples of a document. Each file holds those of one folder of documents.
fn examples(vendor: &str, name: &str) -> Map<String, Value> {
    let Some((folder, _)) = name.split_once('/') else { return Map::new() };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fidelity/examples/{vendor}-{folder}.json"));
    if !path.is_file() {
        return Map::new();
    }
    json(&path)[name].as_object().cloned().unwrap_or_default()
}

impl Document {
    /// Reads the document that a client was generated from: merged, with our corrections.
    pub(crate) fn ours(api: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../crates/crm-fake/specs/{api}.json"));
        Self { name: api.to_owned(), root: json(&path), examples: Map::new(), object: Vec::new() }
    }

    /// Returns the target of a reference and its pointer.
    pub(crate) fn target<'a>(&'a self, schema: &'a Value) -> Option<(&'a Value, &'a str)> {
        let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
        Some((self.root.pointer(pointer)?, pointer))
    }

    /// Follows references until something else is reached.
    pub(crate) fn resolve<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..32 {
            let Some((next, _)) = self.target(schema) else { break };
            schema = next;
        }
        schema
    }

    pub(crate) fn example(&self, at: &str) -> Option<&Value> {
        self.examples.get(at)
    }

    /// Returns the vendor's own example of a value if it contradicts the schema.
    pub(crate) fn contradiction(&self, schema: &Value, at: &str) -> Option<&Value> {
        let example = self.example(&format!("{at}/example"))?;
        (!self.fits(schema, example)).then_some(example)
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let schema = self.resolve(schema);
        match (schema["type"].as_str(), value) {
            (Some("string"), Value::String(_)) | (Some("boolean"), Value::Bool(_)) => true,
            (Some("number" | "integer"), Value::Number(_)) => true,
            // An object without members describes nothing.
            (Some("object"), Value::Object(_)) | (None, _) => true,
            (Some("array"), Value::Array(items)) => {
                schema.get("items").is_none_or(|inner| items.iter().all(|item| self.fits(inner, item)))
            }
            _ => false,
        }
    }

    pub(crate) fn has_examples(&self) -> bool {
        !self.examples.is_empty()
    }

    /// Returns the members of an object.
    pub(crate) fn members<'a>(&'a self, schema: &'a Value, at: &str) -> Members<'a> {
        let mut members = Members::default();
        self.gather(schema, at, &mut members, 0);
        members
    }

    fn gather<'a>(&'a self, schema: &'a Value, at: &str, members: &mut Members<'a>, depth: usize) {
        if depth > 16 {
            return;
        }
        if let Some((target, pointer)) = self.target(schema) {
            return self.gather(target, pointer, members, depth + 1);
        }
        for (number, part) in schema["allOf"].as_array().into_iter().flatten().enumerate() {
            self.gather(part, &format!("{at}/allOf/{number}"), members, depth + 1);
        }
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            members.all.retain(|known| known.0 != name);
            let escaped = name.replace('~', "~0").replace('/', "~1");
            members.all.push((name, member, format!("{at}/properties/{escaped}")));
        }
        members.required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
        if let Some(others) = schema.get("additionalProperties").filter(|others| others.is_object()) {
            members.others = Some((others, format!("{at}/additionalProperties")));
        }
    }

    /// Returns the operations of the document.
    pub(crate) fn operations<'a>(&'a self, fold: &Value) -> Vec<Described<'a>> {
        let mut all = Vec::new();
        for (path, item) in self.root["paths"].as_object().into_iter().flatten() {
            for method in ["get", "put", "post", "delete", "patch"] {
                let Some(node) = item.get(method) else { continue };
                let folded = if self.object.is_empty() { None } else { self.fold(fold, path) };
                let (method, path) = (method.to_uppercase(), path.clone());
                all.push(Described { document: self, method, path, node, folded, item });
            }
        }
        all
    }

    /// Replaces the segment that names the type by a parameter, as `xtask` does, by the settings of `vendor.json`.
    fn fold(&self, fold: &Value, path: &str) -> Option<Folded> {
        let text = |key: &str| fold[key].as_str().map(str::to_owned);
        let (prefix, parameter, record) = (text("prefix")?, text("parameter")?, text("record")?);
        // The version stays in the path.
        let (version, rest) = path.strip_prefix(&prefix)?.split_once('/')?;
        let (segment, rest) = rest.split_once('/').map_or((rest, ""), |(segment, rest)| (segment, rest));
        if !self.object.iter().any(|known| known == segment) || path.matches('{').count() > 1 {
            return None;
        }
        let parts = rest.split('/').filter(|part| !part.is_empty());
        let parts: String = parts
            .map(|part| if part.starts_with('{') { format!("/{{{record}}}") } else { format!("/{part}") })
            .collect();
        Some(Folded {
            path: format!("{prefix}{version}/{{{parameter}}}{parts}"),
            parameter: (parameter, segment.to_owned()),
            record,
        })
    }
}

impl Described<'_> {
    /// Returns the path template of the client's operation.
    pub(crate) fn template(&self) -> &str {
        self.folded.as_ref().map_or(&self.path, |folded| &folded.path)
    }

    /// Returns document, method and path for messages.
    pub(crate) fn place(&self) -> String {
        format!("{}: {} {}", self.document.name, self.method, self.path)
    }

    /// Returns the parameters, including those of the path.
    pub(crate) fn parameters(&self) -> Vec<&Value> {
        let mut found: Vec<&Value> = Vec::new();
        for list in [self.node, self.item] {
            for parameter in list["parameters"].as_array().into_iter().flatten() {
                let parameter = self.document.resolve(parameter);
                let known = |other: &&Value| other["name"] == parameter["name"] && other["in"] == parameter["in"];
                if !found.iter().any(known) {
                    found.push(parameter);
                }
            }
        }
        found
    }

    /// Returns media type and schema of the body.
    pub(crate) fn body(&self) -> Option<(&str, &Value)> {
        let body = self.document.resolve(self.node.get("requestBody")?);
        media(body)
    }

    /// Returns true if a body must be sent.
    pub(crate) fn body_is_required(&self) -> bool {
        self.document.resolve(&self.node["requestBody"])["required"] == true
    }

    /// Returns the successful replies that have a JSON schema: status, schema and its pointer.
    pub(crate) fn replies(&self) -> Vec<(u16, &Value, String)> {
        let mut found = Vec::new();
        for (status, reply) in self.node["responses"].as_object().into_iter().flatten() {
            let Some(number) = status.starts_with('2').then(|| status.parse().unwrap_or(200)) else { continue };
            let Some((kind, schema)) = media(self.document.resolve(reply)) else { continue };
            if kind.contains("json") || kind == "*/*" {
                let escaped = |text: &str| text.replace('~', "~0").replace('/', "~1");
                let (path, method) = (escaped(&self.path), self.method.to_lowercase());
                let at = format!("/paths/{path}/{method}/responses/{status}/content/{}/schema", escaped(kind));
                found.push((number, schema, at));
            }
        }
        found
    }
}

fn media(node: &Value) -> Option<(&str, &Value)> {
    let content = node["content"].as_object()?;
    let json = content.iter().find(|(kind, _)| kind.contains("json"));
    let (kind, content) = json.or_else(|| content.iter().next())?;
    Some((kind, content.get("schema")?))
}

/// Returns method and path without the names of parameters.
pub(crate) fn shape(method: &str, path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    format!("{method} {}", parts.collect::<Vec<_>>().join("/"))
}

/// Groups descriptions by their shape.
pub(crate) fn by_shape<T>(all: impl IntoIterator<Item = T>, shape: impl Fn(&T) -> String) -> BTreeMap<String, Vec<T>> {
    let mut found: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for one in all {
        found.entry(shape(&one)).or_default().push(one);
    }
    found
}
