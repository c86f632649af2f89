-- A row that refers to nothing has no entry in the index of that reference. Every list and every delete looks for
-- a value. With the entries for NULL, each message changed up to three more pages of the database.

DROP INDEX tasks_by_agent;
CREATE INDEX tasks_by_agent ON tasks (agent_id, created_at, id) WHERE agent_id IS NOT NULL;
DROP INDEX tasks_by_agent_status;
CREATE INDEX tasks_by_agent_status ON tasks (agent_id, status, priority DESC, created_at, id) WHERE agent_id IS NOT NULL;
DROP INDEX tasks_by_team;
CREATE INDEX tasks_by_team ON tasks (team_id, created_at, id) WHERE team_id IS NOT NULL;
DROP INDEX tasks_by_workflow;
CREATE INDEX tasks_by_workflow ON tasks (workflow_id, created_at, id) WHERE workflow_id IS NOT NULL;

DROP INDEX messages_by_receiver;
CREATE INDEX messages_by_receiver ON messages (receiver_id, read_at, conversation_id, sequence_number) WHERE receiver_id IS NOT NULL;
DROP INDEX messages_by_task;
CREATE INDEX messages_by_task ON messages (task_id, conversation_id, sequence_number) WHERE task_id IS NOT NULL;
DROP INDEX messages_by_team;
CREATE INDEX messages_by_team ON messages (team_id, conversation_id, sequence_number) WHERE team_id IS NOT NULL;

DROP INDEX tool_executions_by_task;
CREATE INDEX tool_executions_by_task ON tool_executions (task_id, created_at, id) WHERE task_id IS NOT NULL;

DROP INDEX model_calls_by_task;
CREATE INDEX model_calls_by_task ON model_calls (task_id, created_at, id) WHERE task_id IS NOT NULL;
DROP INDEX model_calls_by_message;
CREATE INDEX model_calls_by_message ON model_calls (message_id, created_at, id) WHERE message_id IS NOT NULL;
DROP INDEX model_calls_by_agent;
CREATE INDEX model_calls_by_agent ON model_calls (agent_id, created_at, id) WHERE agent_id IS NOT NULL;
