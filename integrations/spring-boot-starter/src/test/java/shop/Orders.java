package shop;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class Orders {

    private final JdbcTemplate jdbc;
    private final Database db;

    Orders(JdbcTemplate jdbc, Database db) {
        this.jdbc = jdbc;
        this.db = db;
    }

    /** Stores an order and its agent, or neither. */
    @Transactional
    public void place(String item) {
        jdbc.update("INSERT INTO orders (item) VALUES (?)", item);
        db.agents().create(Agent.builder().name("buyer of " + item).mode("llm").build());
        if (item.isBlank()) {
            throw new IllegalArgumentException("an order needs an item");
        }
    }
}
