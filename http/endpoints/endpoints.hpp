#pragma once

#include "http/endpoints/endpoint.hpp"

/// All endpoints, by resource; each resource has its file. Their methods and paths are in routes.cpp. Beside
/// what is said here, each fails as the service does, and as `errors.md` says of its body and parameters.
namespace atelier::http {

// -- accounts.cpp: mails are in the user's language or that of Accept-Language
/// {email, password} → 202 {}, whether or not the address is known
open_endpoint sign_up;
/// {token} → 200 the user
open_endpoint confirm_user;
/// {email} → 202 {}, whether or not there is something to confirm
open_endpoint resend_confirmation;
/// {email} → 202 {}, whether or not the address is known
open_endpoint request_password_reset;
/// {token, password} → 204; all sessions have ended
open_endpoint reset_password;
/// → 200 the user
user_endpoint show_me;
/// {language} → 200 the user
user_endpoint update_me;
/// {current_password, password} → 204; all sessions but this one have ended
user_endpoint change_password;
/// {current_password, email} → 202 {}; the address changes when it is confirmed
user_endpoint change_email;
/// {current_password} → 204; there is no account any more
user_endpoint delete_me;

// -- sessions.cpp
/// {email, password, remember?, cookie?} → 201 {token, expires_at, user}; with `cookie` the token is in a
/// cookie (session_cookie.hpp), and {csrf_token, expires_at, user} is the answer
open_endpoint sign_in;
/// → 204; the token is dead
user_endpoint sign_out;
/// → 200 the user's sessions, the latest used first
user_endpoint list_sessions;
/// → 200 the session that asks; with its `csrf_token` when it is in a cookie
user_endpoint show_session;
/// → 204
user_endpoint end_session;
/// → 204; this one has ended too
user_endpoint sign_out_everywhere;

// -- api_keys.cpp
/// → 200 the user's keys, without their tokens
user_endpoint list_api_keys;
/// {name, scopes?, valid_days?} → 201 the key with its token
user_endpoint create_api_key;
/// → 204; the key is dead
user_endpoint delete_api_key;

// -- catalogue.cpp: lists on one page
open_endpoint list_styles;
open_endpoint list_token_packages;
open_endpoint list_subscription_plans;

// -- wallet.cpp
/// → 200 {balance, next_to_expire, purchases}
user_endpoint show_wallet;
/// ?limit&cursor → 200 a page of the journal, newest first
user_endpoint list_transactions;

// -- payments.cpp
/// {token_package_id}, Idempotency-Key → 201 the payment with its checkout, Location
user_endpoint create_payment;
/// ?limit&cursor → 200 a page, newest first
user_endpoint list_payments;
user_endpoint show_payment;

// -- subscriptions.cpp: the user's one subscription
/// → 200 {status, plan, scheduled_plan_id, current_period_start, current_period_end, cancelled_at,
/// card_saved}
user_endpoint show_subscription;
/// {subscription_plan_id, saved_card?}, Idempotency-Key → 201 {subscription, order, checkout}, Location; 202
/// when the saved card is charged
user_endpoint create_subscription;
/// {subscription_plan_id}, Idempotency-Key → 200 {subscription, order, checkout}: an upgrade is to be paid,
/// any other change begins with the next period
user_endpoint update_subscription;
/// Idempotency-Key → 200 {subscription, order, checkout}: nothing follows what is paid
user_endpoint cancel_subscription;

// -- webhook_endpoints.cpp: where the user is told of what happens
/// → 200 a list on one page
user_endpoint list_webhook_endpoints;
/// {url, events?} → 201 the endpoint with its secret, Location
user_endpoint create_webhook_endpoint;
user_endpoint show_webhook_endpoint;
/// {url?, events?, enabled?} → 200 the endpoint
user_endpoint update_webhook_endpoint;
/// → 204
user_endpoint delete_webhook_endpoint;
/// {} or nothing → 200 the endpoint with its new secret
user_endpoint rotate_webhook_secret;
/// {} or nothing → 202 the delivery of a `ping`
user_endpoint ping_webhook_endpoint;
/// ?limit&cursor → 200 a page, newest first
user_endpoint list_webhook_deliveries;

// -- checkout.cpp: ?key, for browsers that are not signed in
/// → the page that opens the gateway's payment form
open_endpoint show_checkout_page;
/// → 200 {status, tokens_amount, balance}
open_endpoint show_checkout_status;
open_endpoint show_checkout_script;

// -- webhooks.cpp
/// A notification of the gateway → 200 {code}. A failure is never answered with code 0: the gateway comes
/// again.
open_endpoint receive_webhook;
open_endpoint receive_engine_webhook;

// -- images.cpp
/// ?room_type, a raw JPEG, PNG or WebP, or a form with the file in `file`; or {signed_id, room_type?} of a
/// direct upload, which again is the same image → 201 the image, Location
user_endpoint create_image;
/// ?kind&room_type&limit&cursor → 200 a page, newest first
user_endpoint list_images;
/// → 200 the image with addresses of its file that need no token
user_endpoint show_image;
/// → 204; its files are gone
user_endpoint delete_image;

// -- image_files.cpp
/// ?width | ?original=true → 200 the file, without metadata unless it is the original; 304 if the client has
/// it already, 206 and 416 for a Range, 302 to the store
user_endpoint show_image_file;
/// ?expires&signature&width → the same for who has a signed address
open_endpoint show_linked_file;

// -- direct_uploads.cpp: as Active Storage does it, for its JavaScript, too
/// {"blob": {filename, byte_size, checksum, content_type, metadata?}} → 200 the blob with `signed_id` and
/// `direct_upload` {url, headers}
user_endpoint create_direct_upload;
/// The file, to the address and with the headers of `direct_upload` → 204. The address is the permission.
open_endpoint store_direct_upload;

// -- generations.cpp
/// {input_image_id, style_id, seed?}, Idempotency-Key → 202 the generation, Location; with `Prefer: wait=N`
/// 200 the generation if it ends in so many seconds
user_endpoint create_generation;
/// ?status&style_id&room_type&limit&cursor → 200 a page, newest first
user_endpoint list_generations;
user_endpoint show_generation;
/// → 204; its output is gone, too
user_endpoint delete_generation;
/// {} or nothing → 200 the generation
user_endpoint cancel_generation;

// -- events.cpp
/// Last-Event-ID → 200 text/event-stream: `status` with the generation as it is now, or what happened since
/// the event of that id; `status` and `progress` as they happen, the final `status`, `end`.
user_endpoint stream_generation_events;
/// Last-Event-ID → 200 text/event-stream: `snapshot` {balance, generations, more}, or what happened since the
/// event of that id; `generation`, `progress`, `balance`, `payment` and `subscription` as they happen.
user_endpoint stream_user_events;

// -- pages.cpp: HTML for people
/// ?token → a page with a button that confirms. It is the button's POST that confirms, because programs which
/// look at the links in mails follow them, too.
open_endpoint show_confirmation_page;
/// A form with `token` → a page that says how it went.
open_endpoint confirm_on_page;
/// ?token → 200 a page that asks for a new password
open_endpoint show_reset_page;
/// A form with the token and the password → 200 a page, 4xx the page again with what is wrong
open_endpoint reset_on_page;

// -- docs.cpp: the reference of the API
/// → 200 the OpenAPI document; 304 if the client has it already
open_endpoint show_openapi;
/// → 200 the page that shows it
open_endpoint show_docs_page;
/// → 200 a file of the page
open_endpoint show_docs_file;

// -- operations.cpp: on the operator's listener
/// → 200: the process lives
operator_endpoint show_liveness;
/// → 200 if all parts work, otherwise 503: {status, checks: [{name, ok, detail}]}
operator_endpoint show_readiness;
operator_endpoint show_metrics;
operator_endpoint show_actor_tree;
operator_endpoint grant_tokens_to_user;
/// ?operator&limit&cursor → 200 a page of the audit log, newest first
operator_endpoint list_actions;

// -- gateway.cpp: on the operator's listener
/// ?type&verdict&limit&cursor → 200 a page of the archive, newest first
operator_endpoint list_notifications;
/// → 200 the notification with its fields
operator_endpoint show_notification;
/// → 200 {code, verdict}: delivers it once more
operator_endpoint replay_notification;
/// {amount_cents?}, Idempotency-Key → 201 {payment_id, transaction_id, amount_cents}: gives back all that is
/// left, or so much, through the gateway
operator_endpoint refund_payment;

// -- books.cpp: on the operator's listener
/// {day} → 202: the report will be in the list
operator_endpoint start_reconciliation;
/// → 200 the latest reports, newest first, and how far the one under way is
operator_endpoint list_reconciliations;
/// → 202: the report will be in the list; 409 while one is under way
operator_endpoint start_audit;
/// → 200 the latest reports, newest first, and how far the one under way is
operator_endpoint list_audits;

// -- management_users.cpp: on the operator's listener
/// ?email (its beginning)&limit&cursor → 200 a page, newest first
operator_endpoint find_users;
/// → 200 the user
operator_endpoint show_managed_user;
/// {reason} → 200 the user, whose sessions have ended
operator_endpoint block_user;
/// → 200 the user
operator_endpoint unblock_user;

// -- management_orders.cpp: on the operator's listener
/// ?user_id&status&invoice_id&transaction_id&limit&cursor → 200 a page, newest first
operator_endpoint find_payments;
/// → 200 the payment
operator_endpoint show_managed_payment;
/// ?user_id&status&limit&cursor → 200 a page, newest first
operator_endpoint find_generations;
/// → 200 the generation
operator_endpoint show_managed_generation;
/// → 200 the generation, which has ended
operator_endpoint cancel_managed_generation;
/// → 202 a new one like it, once for each that has failed
operator_endpoint retry_generation;

// -- management_catalogue.cpp: on the operator's listener, also what is retired
/// → 200 a list on one page
operator_endpoint list_managed_styles;
/// {name, prompt} → 201 the style
operator_endpoint create_style;
/// {prompt?, active?} → 200 the style
operator_endpoint update_style;
operator_endpoint list_managed_token_packages;
/// {name, tokens_amount, price_cents, validity_days} → 201 the package
operator_endpoint create_token_package;
/// {tokens_amount?, price_cents?, validity_days?, active?} → 200 the package
operator_endpoint update_token_package;
operator_endpoint list_managed_subscription_plans;
/// {name, tokens_amount, price_cents, interval, interval_count} → 201 the plan
operator_endpoint create_subscription_plan;
/// {tokens_amount?, price_cents?, interval?, interval_count?, active?} → 200 the plan
operator_endpoint update_subscription_plan;

} // namespace atelier::http
