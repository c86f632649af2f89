package dev.modelscan.storage.internal.transfer;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.schema.DefaultSchema;
import java.util.HashSet;
import java.util.Set;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.junit.jupiter.api.Test;

class CopiedTableTest {

    /** A table of a later migration must be copied. */
    @Test
    void everyTableOfTheSchemaIsCopied() {
        assertThat(CopiedTable.LIBRARY.stream().map(CopiedTable::table))
                .containsExactlyInAnyOrderElementsOf(DefaultSchema.DEFAULT_SCHEMA.getTables());
    }

    @Test
    void everyTableComesBehindThoseThatItRefersTo() {
        Set<String> before = new HashSet<>();
        for (CopiedTable table : CopiedTable.LIBRARY) {
            // A row that refers to its own table is copied while no foreign key is in force. So is the head of a
            // conversation, whose messages refer to the conversation.
            before.add(table.name());
            for (var key : table.table().getReferences()) {
                if (!key.getFields().contains(CONVERSATIONS.HEAD_ID)) {
                    assertThat(before).contains(key.getKey().getTable().getName());
                }
            }
        }
    }

    @Test
    void everyColumnIsCopied() {
        for (CopiedTable table : CopiedTable.LIBRARY) {
            assertThat(table.columns())
                    .extracting(CopiedTable.Column::name)
                    .containsExactlyElementsOf(table.table()
                            .fieldStream()
                            .map(field -> field.getName())
                            .toList());
        }
    }

    /** Each parameter appears once, also if the key has several columns. */
    @Test
    void theSelectBehindAKeyHasOneParameterForEachColumnOfTheKey() {
        for (CopiedTable table : CopiedTable.LIBRARY) {
            String sql = table.selectAfter(SQLDialect.SQLITE);
            assertThat(sql.chars().filter(c -> c == '?').count())
                    .as(sql)
                    .isEqualTo(table.key().size());
        }
    }

    @Test
    void tablesAreNamed() {
        assertThat(CopiedTable.LIBRARY.stream().map(CopiedTable::table).map(Table::getName))
                .contains("conversations", "team_members");
    }
}
