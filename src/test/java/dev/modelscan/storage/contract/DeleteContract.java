package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamMember;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.workflows.Workflow;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to the records that refer to a deleted one. */
abstract class DeleteContract extends Contract {

    /** A record that is not referred to by history. */
    private Agent idle;

    private Agent sender;
    private Agent receiver;
    private Agent user;
    private Team team;
    private Workflow workflow;
    private Task task;
    private Task ofIdle;
    private Message message;
    private ToolExecution execution;

    @BeforeEach
    void prepare() {
        idle = createAgent("idle");
        sender = createAgent("sender");
        receiver = createAgent("receiver");
        user = createAgent("user");
        team = createTeam("discovery");
        workflow = db.workflows().create(workflow().build());
        task = db.tasks()
                .create(task().agentId(user.id())
                        .teamId(team.id())
                        .workflowId(workflow.id())
                        .build());
        ofIdle = db.tasks().create(task().agentId(idle.id()).build());
        message = db.messages()
                .create(message(sender)
                        .receiverId(receiver.id())
                        .taskId(task.id())
                        .teamId(team.id())
                        .build());
        execution = db.toolExecutions().create(execution(user).taskId(task.id()).build());
        db.teams().addMember(team.id(), idle.id(), "lead");
        db.teams().addMember(team.id(), user.id());
    }

    @Test
    void deletingAnAgentTakesItOutOfItsTeamsAndLeavesItsTasksAndCallsUnassigned() {
        ModelCall call = db.modelCalls()
                .create(modelCall().agentId(idle.id()).taskId(ofIdle.id()).build());

        db.agents().delete(idle.id());

        Task left = db.tasks().get(ofIdle.id());
        assertThat(left.agentId()).isNull();
        assertThat(left.version()).isEqualTo(ofIdle.version() + 1);
        assertThat(left)
                .usingRecursiveComparison()
                .ignoringFields("agentId", "version", "updatedAt")
                .isEqualTo(ofIdle);
        assertThat(db.modelCalls().get(call.id()))
                .usingRecursiveComparison()
                .ignoringFields("version", "updatedAt")
                .isEqualTo(call.toBuilder().agentId(null).build());
        assertThat(db.teams().listMembers(team.id()))
                .extracting(TeamMember::agent)
                .containsExactly(user);
        assertThat(db.teams().listByAgent(idle.id())).isEmpty();
        assertThat(db.agents().list(10, 0)).containsExactlyInAnyOrder(sender, receiver, user);
        assertThat(db.tasks().get(task.id())).isEqualTo(task);
        assertRest(true, true, true);
    }

    @Test
    void anAgentThatIsHistoryCannotBeDeleted() {
        List<Object> before = everything();
        for (Agent agent : List.of(sender, receiver, user)) {
            ReferenceException refusal = catchThrowableOfType(
                    ReferenceException.class, () -> db.agents().delete(agent.id()));

            RepositoryContract.assertNames(refusal, "agent", agent.id());
            assertThat(refusal).hasMessageContaining("messages or tool executions refer to it");
            assertThat(everything()).isEqualTo(before);
        }
    }

    @Test
    void anAgentCanBeDeletedOnceItsHistoryIs() {
        db.messages().delete(message.id());
        db.toolExecutions().delete(execution.id());

        for (Agent agent : List.of(sender, receiver, user, idle)) {
            db.agents().delete(agent.id());
        }

        assertThat(db.agents().list(10, 0)).isEmpty();
        assertThat(db.tasks().list(10, 0)).hasSize(2);
    }

    @Test
    void deletingATeamEndsItsMembershipsAndLeavesItsTasksAndMessages() {
        db.teams().delete(team.id());

        Task left = db.tasks().get(task.id());
        Message leftMessage = db.messages().get(message.id());
        assertThat(left.teamId()).isNull();
        assertThat(left)
                .usingRecursiveComparison()
                .ignoringFields("teamId", "version", "updatedAt")
                .isEqualTo(task);
        assertThat(leftMessage.teamId()).isNull();
        assertThat(leftMessage)
                .usingRecursiveComparison()
                .ignoringFields("teamId", "version", "updatedAt")
                .isEqualTo(message);
        assertThat(db.teams().listByAgent(idle.id())).isEmpty();
        assertThat(db.teams().listByAgent(user.id())).isEmpty();
        assertThat(db.tasks().get(ofIdle.id())).isEqualTo(ofIdle);
        assertAgents();
        assertRest(false, false, true);
    }

    @Test
    void deletingAWorkflowLeavesItsTasks() {
        db.workflows().delete(workflow.id());

        Task left = db.tasks().get(task.id());
        assertThat(left.workflowId()).isNull();
        assertThat(left)
                .usingRecursiveComparison()
                .ignoringFields("workflowId", "version", "updatedAt")
                .isEqualTo(task);
        assertThat(db.tasks().get(ofIdle.id())).isEqualTo(ofIdle);
        assertAgents();
        assertThat(db.messages().get(message.id())).isEqualTo(message);
        assertThat(db.toolExecutions().get(execution.id())).isEqualTo(execution);
    }

    @Test
    void deletingATaskLeavesItsMessagesAndItsExecutions() {
        db.tasks().delete(task.id());

        Message leftMessage = db.messages().get(message.id());
        ToolExecution leftExecution = db.toolExecutions().get(execution.id());
        assertThat(leftMessage.taskId()).isNull();
        assertThat(leftMessage)
                .usingRecursiveComparison()
                .ignoringFields("taskId", "version", "updatedAt")
                .isEqualTo(message);
        assertThat(leftExecution.taskId()).isNull();
        assertThat(leftExecution)
                .usingRecursiveComparison()
                .ignoringFields("taskId", "version", "updatedAt")
                .isEqualTo(execution);
        assertThat(db.tasks().list(10, 0)).containsExactly(ofIdle);
        assertAgents();
        assertThat(db.workflows().get(workflow.id())).isEqualTo(workflow);
    }

    @Test
    void deletingAMessageOrAnExecutionTouchesNothingElse() {
        db.messages().delete(message.id());
        db.toolExecutions().delete(execution.id());

        assertAgents();
        assertThat(db.tasks().get(task.id())).isEqualTo(task);
        assertThat(db.tasks().get(ofIdle.id())).isEqualTo(ofIdle);
        assertThat(db.teams().get(team.id())).isEqualTo(team);
        assertThat(db.teams().listMembers(team.id())).hasSize(2);
    }

    @Test
    void aRefusedDeleteNamesTheAgentInATransactionToo() {
        Id id = sender.id();
        ReferenceException refusal = catchThrowableOfType(
                ReferenceException.class, () -> db.useTx(tx -> tx.agents().delete(sender.id())));

        RepositoryContract.assertNames(refusal, "agent", id);
        assertAgents();
    }

    private void assertAgents() {
        assertThat(db.agents().list(10, 0)).containsExactlyInAnyOrder(idle, sender, receiver, user);
    }

    private void assertRest(boolean teamLeft, boolean messageSame, boolean executionSame) {
        assertThat(db.workflows().get(workflow.id())).isEqualTo(workflow);
        assertThat(db.teams().find(team.id()).isPresent()).isEqualTo(teamLeft);
        assertThat(db.messages().get(message.id()).equals(message)).isEqualTo(messageSame);
        assertThat(db.toolExecutions().get(execution.id()).equals(execution)).isEqualTo(executionSame);
    }
}
