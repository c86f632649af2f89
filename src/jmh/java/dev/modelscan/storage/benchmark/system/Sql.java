package dev.modelscan.storage.benchmark.system;

/** The statements of the systems that write SQL by hand. */
final class Sql {

    static final String AGENT_COLUMNS =
            "a.id, a.name, a.mode, a.status, a.capabilities, a.metadata, a.version, a.created_at, a.updated_at";

    static final String TASK_COLUMNS =
            "id, agent_id, workflow_id, team_id, type, status, priority, input, output, error,"
                    + " metadata, started_at, completed_at, version, created_at, updated_at";

    /** The columns of a task that is read: an import or a parent sets the others. */
    static final String TASK_READ = TASK_COLUMNS
            + ", parent_id, source_format, external_id, source_id, source_record, source_line, source_offset";

    static final String MESSAGE_COLUMNS =
            "id, conversation_id, sequence_number, sender_id, receiver_id, task_id, team_id,"
                    + " content_type, content, metadata, read_at, version, created_at, updated_at";

    static final String MESSAGE_READ = MESSAGE_COLUMNS + ", role";

    static final String AGENT = "SELECT " + AGENT_COLUMNS + " FROM agents a WHERE a.id = ?";

    static final String COMPLETED_TASKS =
            "SELECT " + TASK_READ + " FROM tasks WHERE agent_id = ? AND status = 'completed'"
                    + " ORDER BY priority DESC, created_at, id LIMIT ?";

    static final String TASK = "SELECT " + TASK_READ + " FROM tasks WHERE id = ?";

    static final String MEMBERS = "SELECT " + AGENT_COLUMNS + ", m.role, m.joined_at FROM team_members m"
            + " JOIN agents a ON a.id = m.agent_id WHERE m.team_id = ? ORDER BY m.joined_at, m.agent_id";

    static final String TEAMS_WITH_MEMBERS =
            "SELECT t.id, t.name, t.description, t.metadata, t.version, t.created_at, t.updated_at, " + AGENT_COLUMNS
                    + ", m.role, m.joined_at FROM (SELECT * FROM teams ORDER BY created_at, id LIMIT ?) t JOIN team_members m ON m.team_id = t.id"
                    + " JOIN agents a ON a.id = m.agent_id ORDER BY t.created_at, t.id, m.joined_at, m.agent_id";

    static final String MARK_READ = "UPDATE messages SET read_at = max(created_at, ?1), version = version + 1,"
            + " updated_at = max(created_at, ?1) WHERE id = ?2 AND read_at IS NULL RETURNING " + MESSAGE_READ;

    static final String START_TASK = "UPDATE tasks SET status = 'running', started_at = max(created_at, ?1),"
            + " version = version + 1, updated_at = max(created_at, ?1) WHERE id = ?2 AND status = 'pending' RETURNING "
            + TASK_READ;

    static final String ALL_MESSAGES =
            "SELECT " + MESSAGE_READ + " FROM messages ORDER BY conversation_id, sequence_number";

    static final String MESSAGE = "SELECT " + MESSAGE_READ + " FROM messages WHERE id = ?";

    static final String NEWEST_MESSAGES =
            "SELECT " + MESSAGE_READ + " FROM messages WHERE conversation_id = ? ORDER BY sequence_number DESC LIMIT ?";

    static final String INSERT_TASK =
            "INSERT INTO tasks (" + TASK_COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    static final String INSERT_MESSAGE =
            "INSERT INTO messages (" + MESSAGE_COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    static final String TAKE_NUMBERS =
            "INSERT INTO conversations (id, last_sequence_number, created_at) VALUES (?, ?, ?)"
                    + " ON CONFLICT (id) DO UPDATE SET last_sequence_number = last_sequence_number + excluded.last_sequence_number"
                    + " RETURNING last_sequence_number";

    private Sql() {}
}
