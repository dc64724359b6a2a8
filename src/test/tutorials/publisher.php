<?php
// Tells the page of a user something: publisher.php URL USER TEXT
[, $perch, $user, $text] = $argv;

$context = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => 'Content-Type: application/json',
    'content' => json_encode(['message' => $text]),
]]);
echo file_get_contents("$perch/mailbox/$user", false, $context);
