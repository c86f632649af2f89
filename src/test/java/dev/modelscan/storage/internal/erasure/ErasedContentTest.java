package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.SCORES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jooq.Field;
import org.jooq.Table;
import org.junit.jupiter.api.Test;

class ErasedContentTest {

    /** Texts that stay in a record without its content. */
    private static final Set<Field<?>> STAYING = Set.of(
            MODEL_CALLS.MODEL,
            MODEL_CALLS.PROVIDER,
            MODEL_CALLS.CURRENCY,
            MODEL_CALLS.FINISH_REASON,
            SCORES.NAME,
            SCORES.SOURCE);

    /** A text or JSON column that a migration adds is content, unless somebody has decided that it stays. */
    @Test
    void everyTextIsErasedOrStaysOnPurpose() {
        List<Field<?>> kept = new ArrayList<>();
        for (Table<?> table : ErasedContent.TABLES) {
            String erased = ErasedContent.of(table);
            for (Field<?> column : table.fields()) {
                boolean isText = column.getType() == String.class || column.getType() == Json.class;
                if (isText && !erased.contains('"' + column.getName() + "\" = ")) {
                    kept.add(column);
                }
            }
        }

        assertThat(kept).containsExactlyInAnyOrderElementsOf(STAYING);
    }
}
