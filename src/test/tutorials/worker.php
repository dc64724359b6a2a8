<?php
// Reads a mailbox to the end of its days: worker.php URL MAILBOX
[, $perch, $mailbox] = $argv;

$context = stream_context_create(['http' => ['timeout' => 40]]);
$cursor = 'start';
while (true) {
    $body = @file_get_contents("$perch/mailbox/$mailbox?after=$cursor", false, $context);
    if ($body === false) {
        sleep(1);
        continue;
    }
    $answer = json_decode($body, true);
    foreach ($answer['messages'] as $message) {
        echo json_encode($message['data']), "\n";
    }
    $cursor = $answer['cursor'];
}
