-- One index for each list: its filter first, then its order, so that no list scans or sorts. Each foreign key
-- is the first column of an index, so a delete finds the rows that refer to its row without a scan.
CREATE INDEX agents_list ON agents (created_at, id);
CREATE INDEX agents_by_status ON agents (status, created_at, id);

CREATE INDEX teams_list ON teams (created_at, id);
CREATE INDEX team_members_by_agent ON team_members (agent_id, joined_at, team_id);
-- On SQLite this index also has the role, so that a list need not read the table. Here an index entry is
-- limited to 2,704 bytes, which three texts of 255 characters can exceed.
CREATE INDEX team_members_by_team ON team_members (team_id, joined_at, agent_id);

CREATE INDEX workflows_list ON workflows (created_at, id);
CREATE INDEX workflows_by_status ON workflows (status, created_at, id);

CREATE INDEX tasks_list ON tasks (created_at, id);
CREATE INDEX tasks_by_agent ON tasks (agent_id, created_at, id);
CREATE INDEX tasks_by_agent_status ON tasks (agent_id, status, priority DESC, created_at, id);
CREATE INDEX tasks_by_team ON tasks (team_id, created_at, id);
CREATE INDEX tasks_by_workflow ON tasks (workflow_id, created_at, id);
CREATE INDEX tasks_by_status ON tasks (status, priority DESC, created_at, id);

CREATE INDEX messages_by_sender ON messages (sender_id, conversation_id, sequence_number);
CREATE INDEX messages_by_receiver ON messages (receiver_id, read_at, conversation_id, sequence_number);
CREATE INDEX messages_by_task ON messages (task_id, conversation_id, sequence_number);
CREATE INDEX messages_by_team ON messages (team_id, conversation_id, sequence_number);

CREATE INDEX tool_executions_list ON tool_executions (created_at, id);
CREATE INDEX tool_executions_by_agent ON tool_executions (agent_id, created_at, id);
CREATE INDEX tool_executions_by_task ON tool_executions (task_id, created_at, id);
CREATE INDEX tool_executions_by_tool ON tool_executions (tool_name, created_at, id);
CREATE INDEX tool_executions_usage ON tool_executions (started_at, tool_name, status, completed_at);
