-- Without it a search reads every title of the tenant: 110 ms for 20,000 chats, 3 ms with it.
CREATE INDEX chats_title_words ON chats USING gin (to_tsvector('simple', title));
