// SPDX-License-Identifier: Apache-2.0
/** The forms that messages, answers and problems take on the wire. The only user of Gson; imports the domain. */
package dev.perch.format;
