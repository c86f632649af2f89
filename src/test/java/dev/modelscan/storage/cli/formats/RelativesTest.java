package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Files that differ a little from those of their form. */
class RelativesTest {

    @Test
    void theFirstMessageMayBeTheOddOne() {
        Told told = Told.of("a.jsonl", "{'messages':[{},{'role':'user','content':'hi'}]}");

        assertThat(told.form()).isEqualTo("openai");
        assertThat(told.lines())
                .containsExactly("run record 1", "warned of messages[0].role", "other: ", "user: hi", "end record 1");
    }

    @Test
    void anOddOneAmongMessagesThatAreRecordsIsKept() {
        assertThat(Told.of(
                                "a.json",
                                "[{'role':'user','content':'hi'},7,{'text':'x'},{'role':'assistant','content':'yes'}]")
                        .lines())
                .containsExactly(
                        "run messages 1",
                        "user: hi",
                        "warned of [1]",
                        "other: (other)",
                        "warned of [2].role",
                        "other: ",
                        "assistant: yes",
                        "end messages 1");
        assertThat(Told.of("a.json", "[{'type':'human','content':'hi'},null,{'content':'x'}]")
                        .lines())
                .containsExactly(
                        "run messages 1",
                        "user: hi",
                        "warned of [1]",
                        "other: (other)",
                        "warned of [2].role",
                        "other: x",
                        "end messages 1");
    }

    @Test
    void aFirstLineThatIsCutOffDoesNotHideTheSecond() {
        assertThat(Told.of("a.jsonl", "{'broken':", "{'messages':[{'role':'user','content':'hi'}]}")
                        .lines())
                .containsExactly(
                        "refused: is cut off: the line ends inside the value",
                        "run record 2",
                        "user: hi",
                        "end record 2");
    }

    @Test
    void eventsOfOpenHandsMayHaveAllMembersSideBySide() {
        Told told = Told.of(
                "output.jsonl",
                "{'instruction':'fix','history':[{'content':'Fix it.','image_urls':null,'action':'message','timeout':9},{'command':'ls',"
                        + "'thought':'I look.','action':'run'},{'content':'a','command':'ls','exit_code':1,'observation':'run'}],"
                        + "'success':true}");

        assertThat(told.form()).isEqualTo("openhands");
        assertThat(told.lines())
                .containsExactly(
                        "run run-1 by openhands",
                        "user 0: Fix it.",
                        "assistant 1: I look., run#1 {'command':'ls','thought':'I look.'}",
                        "tool 2: ->#1 run 'a' failed by exit_code",
                        "score success 1",
                        "end run-1 completed");
        assertThat(told.kept()).contains("\"timeout\":9", "\"exit_code\":1");
    }

    @Test
    void aSessionWithoutEventsIsARun() {
        Told told = Told.of("s.json", "{'id':'s','app_name':'trip','user_id':'u','state':{'a':1},'events':[]}");

        assertThat(told.form()).isEqualTo("adk");
        assertThat(told.lines()).containsExactly("run session-1 = s named trip", "end session-1");
    }

    @Test
    void preferencesWithAConversationAreNoRuns() {
        assertThatThrownBy(
                        () -> Told.of(
                                "dpo.json",
                                "[{'conversations':[{'from':'human','value':'q'}],'chosen':{'value':'a'},'rejected':{'value':'b'}}]"))
                .hasMessageContaining("a file of preferences (chosen, rejected)");
    }
}
