package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Streams of any number of rows. */
abstract class StreamContract extends Contract {

    private List<Agent> createMoreThanAPage() {
        return db.agents()
                .createAll(IntStream.range(0, 2_500)
                        .mapToObj(i -> agent("agent " + i).build())
                        .toList());
    }

    @Test
    void moreRowsThanAPageHoldsAreReadInOrder() {
        List<Agent> agents = createMoreThanAPage();
        List<Agent> listed = new ArrayList<>();
        db.agents().forEach(listed::add);
        assertThat(listed).containsExactlyInAnyOrderElementsOf(agents);
        assertThat(listed).isEqualTo(walk(1_000, db.agents()::list));
        assertThat(db.agents().stream().limit(3).toList()).isEqualTo(db.agents().list(3, 0));
    }

    @Test
    void aConversationOfAnyLengthStreamsInItsOrder() {
        Agent sender = createAgent("sender");
        db.messages()
                .createAll(IntStream.range(0, 2_100)
                        .mapToObj(i ->
                                message(sender).content(Integer.toString(i)).build())
                        .toList());
        assertThat(Page.stream(request -> db.messages().listByConversation(CONVERSATION, request))
                        .map(Message::content))
                .containsExactlyElementsOf(
                        IntStream.range(0, 2_100).mapToObj(Integer::toString).toList());
    }

    @Test
    void nothingIsReadBeforeItIsAskedForAndNoPageThatIsNotNeeded() {
        createMoreThanAPage();
        AtomicInteger pages = new AtomicInteger();
        Stream<Agent> stream = Page.stream(request -> {
            pages.incrementAndGet();
            return db.agents().list(request);
        });
        assertThat(pages).hasValue(0);
        assertThat(stream.limit(5)).hasSize(5);
        assertThat(pages).hasValue(1);
    }

    /** The shortest way to an own filter is to leave items out of each page. */
    @Test
    void aPageThatWasEmptiedDoesNotEndTheStream() {
        createMoreThanAPage();
        Agent last = db.agents().list(1, 2_499).get(0);
        assertThat(Page.stream((PageRequest request) -> {
                    Page<Agent> page = db.agents().list(request);
                    return new Page<>(page.items().stream().filter(last::equals).toList(), page.next());
                }))
                .containsExactly(last);
    }
}
