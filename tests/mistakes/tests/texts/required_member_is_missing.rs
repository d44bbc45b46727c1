use hubspot_client::types::BatchUpsertRow;

fn row() -> BatchUpsertRow {
    BatchUpsertRow::default()
}

fn main() {}
